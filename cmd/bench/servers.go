//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	testprocess "pawl/internal/testbed/process"
	"pawl/internal/testbed/s3test"
)

// tusdVersion is the peer compared with, pinned so that figures can be compared
// over time.
const tusdVersion = "v2.10.1"

// server is a program the bench knows how to start.
type server struct {
	name  string
	wire  wire
	ready string // path that answers 200 once it serves
	// command starts it on an address with an empty data directory; its bytes go to
	// the gateway, if there is one.
	command func(addr, dir string, s3 *gateway) *exec.Cmd
}

const (
	pawlName = "pawl"
	tusdName = "tusd"
	bareName = "bare"
	// syncedName is the bare server that syncs before it answers, as Pawl does.
	syncedName = "bare, synced"
	// pawlNoDigest is Pawl told to keep no digest, if it can be.
	pawlNoDigest = "pawl without digest"
)

// findServers lists the servers to compare, installing tusd where it is missing.
// Pawl itself may be missing: the other two are then measured alone.
func findServers(ctx context.Context, o options) ([]server, error) {
	tusd, err := findTusd(ctx, o.tools)
	if err != nil {
		return nil, err
	}
	bare, err := os.Executable()
	if err != nil {
		return nil, err
	}
	servers := []server{tusdServer(tusd), bareServer(bareName, bare), bareServer(syncedName, bare, synced)}
	pawl, err := filepath.Abs(o.pawl)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(pawl); errors.Is(err, os.ErrNotExist) {
		progress("no %s: measuring the others alone", o.pawl)
		return servers, nil
	}
	servers = append([]server{pawlServer(pawlName, pawl)}, servers...)
	if offersNoDigest(ctx, pawl) {
		servers = append(servers, pawlServer(pawlNoDigest, pawl, "PAWL_DIGEST=off"))
	}
	return servers, nil
}

func pawlServer(name, binary string, env ...string) server {
	return server{name: name, wire: wire{tus: true}, ready: "/readyz", command: func(addr, dir string, s3 *gateway) *exec.Cmd {
		cmd := exec.Command(binary, "serve")
		cmd.Env = append(os.Environ(), "PAWL_LISTEN="+addr, "PAWL_DATA_DIR="+dir, "PAWL_H2C=true")
		cmd.Env = append(cmd.Env, env...)
		if s3 != nil {
			cmd.Env = append(cmd.Env, "PAWL_STORAGE_URL="+s3test.FolderURL(s3.addr(), ""))
			cmd.Env = append(cmd.Env, s3.s3.Credentials()...)
		}
		return cmd
	}}
}

func tusdServer(binary string) server {
	return server{name: tusdName, wire: wire{tus: true}, ready: "/", command: func(addr, dir string, s3 *gateway) *exec.Cmd {
		host, port, _ := strings.Cut(addr, ":")
		cmd := exec.Command(binary, "-host", host, "-port", port, "-upload-dir", dir)
		if s3 != nil {
			cmd.Args = append(cmd.Args, "-s3-bucket", s3test.Bucket, "-s3-endpoint", "http://"+s3.addr())
			cmd.Env = append(os.Environ(), s3.s3.Credentials()...)
		}
		return cmd
	}}
}

func bareServer(name, binary string, args ...string) server {
	return server{name: name, ready: "/", command: func(addr, dir string, _ *gateway) *exec.Cmd {
		return exec.Command(binary, append([]string{bareCommand, addr, dir}, args...)...)
	}}
}

// offersNoDigest asks Pawl's own help whether the digest can be switched off.
func offersNoDigest(ctx context.Context, pawl string) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	help, _ := exec.CommandContext(ctx, pawl, "serve", "--help").CombinedOutput()
	return bytes.Contains(help, []byte("PAWL_DIGEST"))
}

func findTusd(ctx context.Context, tools string) (string, error) {
	tools, err := filepath.Abs(tools)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(tools, "tusd")
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	progress("installing tusd %s into %s", tusdVersion, tools)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "go", "install", "github.com/tus/tusd/v2/cmd/tusd@"+tusdVersion)
	install.Env = append(os.Environ(), "GOBIN="+tools)
	install.Stderr = os.Stderr
	return binary, install.Run()
}

// process is a started server.
type process struct {
	server
	addr string
	cmd  *exec.Cmd
	s3   *gateway // nil: its bytes are on the disk
	log  *os.File
}

// start runs a server in an empty directory and waits until it answers. Its log
// goes to a file beside the data, as a service's would.
func (s server) start(ctx context.Context, dir string, s3 *gateway) (*process, error) {
	addr, err := testprocess.FreeAddress()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	p := &process{server: s, addr: addr, cmd: s.command(addr, data, s3), s3: s3, log: log}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		_ = log.Close()
		return nil, err
	}
	if err := p.waitReady(ctx); err != nil {
		p.stop()
		return nil, fmt.Errorf("%s: %w\n%s", s.name, err, p.logTail())
	}
	return p, nil
}

func (p *process) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if answers(ctx, "http://"+p.addr+p.ready) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// stop kills the server: what it would still do is nobody's measurement.
func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	_ = p.log.Close()
}

func (p *process) logTail() []byte {
	text, _ := os.ReadFile(p.log.Name())
	return text[max(0, len(text)-1000):]
}
