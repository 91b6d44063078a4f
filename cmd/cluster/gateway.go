package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// gateway is the cluster's S3: versitygw over a directory.
type gateway struct {
	process
	address string
	secrets secrets
}

const (
	bucket = "pawl"
	region = "us-east-1"
)

// url is a folder of the bucket, as instances are told of it.
func (g *gateway) url(folder string) string {
	q := url.Values{"endpoint": {"http://" + g.address}, "region": {region}, "path-style": {"true"}}
	return "s3://" + bucket + "/" + folder + "?" + q.Encode()
}

// credentials are the instances' variables.
func (g *gateway) credentials() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + g.secrets.Access, "AWS_SECRET_ACCESS_KEY=" + g.secrets.Secret}
}

// newGateway makes the gateway ready to be started. A bucket is a directory to it.
func newGateway(dir, binary string, s secrets) (*gateway, error) {
	if !isProgram(binary) {
		return nil, fmt.Errorf("there is no versitygw at %q; `make cluster` builds it", binary)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	root := filepath.Join(dir, "s3")
	if err := os.MkdirAll(filepath.Join(root, bucket), 0o755); err != nil {
		return nil, err
	}
	g := &gateway{address: address, secrets: s}
	g.name, g.log = "versitygw", filepath.Join(dir, "logs", "versitygw.log")
	g.command = func() *exec.Cmd {
		cmd := exec.Command(binary, "--port", address, "--quiet", "--keep-alive", "posix", root)
		cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.Access, "ROOT_SECRET_KEY="+s.Secret)
		return cmd
	}
	return g, nil
}

func (g *gateway) up(ctx context.Context) error {
	if err := g.start(); err != nil {
		return err
	}
	return g.await(ctx, func(ctx context.Context) bool { return listens(ctx, g.address) })
}

func (g *gateway) down() error { return g.stop(syscall.SIGTERM, 10*time.Second) }

// findVersitygw is the binary that `make cluster` built, or one that is installed.
func findVersitygw() (string, error) {
	if binary := os.Getenv("VERSITYGW"); binary != "" {
		return binary, nil
	}
	if cache, err := os.UserCacheDir(); err == nil {
		built, _ := filepath.Glob(filepath.Join(cache, "pawl-tools", "versitygw-*")) // the pattern is well formed
		if len(built) > 0 {
			return built[len(built)-1], nil
		}
	}
	binary, err := exec.LookPath("versitygw")
	if err != nil {
		return "", errors.New("versitygw is not there: make cluster builds it, or set VERSITYGW")
	}
	return binary, nil
}
