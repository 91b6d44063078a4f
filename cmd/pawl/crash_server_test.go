package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// crashServer is the server's process, of which there is one at a time.
type crashServer struct {
	t      *testing.T
	binary string
	data   string
	listen string
	url    string
	log    string

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{} // closed when cmd has
}

func newCrashServer(t *testing.T, data string) *crashServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &crashServer{
		t: t, binary: crashBinary(t), data: data,
		listen: l.Addr().String(), url: "http://" + l.Addr().String(),
		log: filepath.Join(t.TempDir(), "server.log"),
	}
	t.Cleanup(s.kill)
	return s
}

// crashBinary builds the server, or is the one it is told to test.
func crashBinary(t *testing.T) string {
	if binary := os.Getenv(crashBinEnv); binary != "" {
		return binary
	}
	binary := filepath.Join(t.TempDir(), "pawl")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

func (s *crashServer) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.binary, args...)
	cmd.Env = append(os.Environ(), "PAWL_LISTEN="+s.listen, "PAWL_DATA_DIR="+s.data)
	return cmd
}

func (s *crashServer) start() {
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer log.Close()
	cmd := s.command("serve")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		s.t.Error(err)
		return
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cmd, s.ended = cmd, ended
}

func (s *crashServer) current() (*exec.Cmd, chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd, s.ended
}

// kill is kill -9: the process learns nothing of it.
func (s *crashServer) kill() {
	cmd, ended := s.current()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Kill()
	<-ended
}

// checkAlive makes sure that it is this test that ends the server.
func (s *crashServer) checkAlive() {
	_, ended := s.current()
	select {
	case <-ended:
		s.t.Errorf("the server ended by itself\n%s", s.logTail())
	default:
	}
}

// stop asks the server to end and waits for it.
func (s *crashServer) stop() error {
	cmd, ended := s.current()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-ended:
	case <-time.After(time.Minute):
		return errors.New("it is still running after a minute")
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("exit code %d", code)
	}
	return nil
}

// check has the stopped server's data checked by its own fsck.
func (s *crashServer) check() {
	out, err := s.command("check", "--read").CombinedOutput()
	if err != nil {
		s.t.Errorf("pawl check: %v\n%s", err, out)
	}
	s.t.Logf("pawl check: %s", bytes.TrimSpace(out))
}

func (s *crashServer) logTail() string {
	text, _ := os.ReadFile(s.log)
	return string(text[max(0, len(text)-4000):])
}

// stacks has a server that hangs say where (SIGQUIT), which ends it.
func (s *crashServer) stacks() string {
	cmd, ended := s.current()
	_ = cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
	}
	text, _ := os.ReadFile(s.log)
	return string(text[max(0, len(text)-60_000):])
}

// crashAnswer is an answer whose body has been read.
type crashAnswer struct {
	status int
	http.Header
	body []byte
}

// passing reports a failure that a client has to try again after: somebody else
// is at the upload, or the server is not up yet.
func (a crashAnswer) passing() bool {
	return a.status == http.StatusLocked || a.status == http.StatusServiceUnavailable
}

const crashRequestLimit = 2 * time.Minute

var errOutage = errors.New("refused in a crash")

// outageSince reports whether a crash was going on at the time of an earlier
// reading of outage, or has begun since.
func (r *crashRig) outageSince(before int32) bool { return before%2 == 1 || r.outage.Load() != before }

// request sends a request; an error means that no whole answer came.
func (r *crashRig) request(ctx context.Context, method, path string, body *crashBody, header ...string) (crashAnswer, error) {
	before := r.outage.Load()
	ctx, cancel := context.WithTimeout(ctx, crashRequestLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, r.server.url+path, nil)
	if err != nil {
		return crashAnswer{}, err
	}
	if body != nil && body.size > 0 {
		req.Body, req.ContentLength = io.NopCloser(body), body.size
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := r.http.Do(req)
	if err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) && r.ctx.Err() == nil { // not one that was called off
			r.fail("%s %s was not answered: %v\n%s", method, path, err, r.server.stacks())
		}
		return crashAnswer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && res.StatusCode >= 400 && r.outageSince(before) {
		err = errOutage
	}
	return crashAnswer{res.StatusCode, res.Header, text}, err
}

// get reads a REST answer into a value.
func (r *crashRig) get(ctx context.Context, path string, into any) error {
	a, err := r.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("GET %s: status %d: %s", path, a.status, a.body)
	}
	return json.Unmarshal(a.body, into)
}
