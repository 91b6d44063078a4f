// Package s3test gives tests a real S3 server: versitygw, on a directory of its own.
package s3test

import (
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	// Bucket is the one there is.
	Bucket = "pawl-test"
	access = "test-access"
	secret = "test-secret"
	region = "us-east-1"
)

// Server is a versitygw that ends with its test.
type Server struct {
	Address string // host:port
	t       testing.TB
	dir     string
	cmd     *exec.Cmd
}

// Start starts a server with an empty bucket, and has the process's environment hold
// its owner's credentials.
func Start(t testing.TB) *Server {
	t.Helper()
	if testing.Short() {
		t.Skip("requires an S3 server")
	}
	s := &Server{t: t, dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(s.dir, Bucket), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Address = l.Addr().String()
	_ = l.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", access)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	s.Run()
	t.Cleanup(s.Stop)
	return s
}

// Run starts the server again after [Server.Stop].
func (s *Server) Run() {
	s.t.Helper()
	s.cmd = exec.Command(binary(s.t), "--port", s.Address, "--access", access, "--secret", secret, "--region", region,
		"--quiet", "--keep-alive", "posix", s.dir)
	dieWithParent(s.cmd)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if ctx.Err() != nil {
			s.t.Fatalf("versitygw does not listen: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Stop kills the server; its objects stay.
func (s *Server) Stop() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// URL is what PAWL_STORAGE_URL would say, for the server or a proxy before it.
func URL(address string) string {
	q := url.Values{"endpoint": {"http://" + address}, "region": {region}, "path-style": {"true"}}
	return "s3://" + Bucket + "/blobs?" + q.Encode()
}

// binary is where versitygw is: where the Makefile has put it.
func binary(t testing.TB) string {
	t.Helper()
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		cache = filepath.Join(os.Getenv("HOME"), ".cache")
	}
	built, _ := filepath.Glob(filepath.Join(cache, "pawl-tools", "versitygw-*"))
	for _, candidate := range append([]string{os.Getenv("VERSITYGW"), "versitygw"}, built...) {
		if path, err := exec.LookPath(candidate); candidate != "" && err == nil {
			return path
		}
	}
	skipAloud(t, "S3: there is no versitygw; `make test` builds it")
	return ""
}

// skipAloud notes what is not tested where `make test` reads it out at its end. In CI
// it is a failure.
func skipAloud(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	if file := os.Getenv("PAWL_TEST_SKIPPED"); file != "" {
		if f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			_, _ = f.WriteString(strings.TrimSpace(what) + "\n")
			_ = f.Close()
		}
	}
	t.Skip(what)
}
