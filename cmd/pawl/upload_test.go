package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pawl/internal/testbed"
	"pawl/internal/testbed/faultproxy"
	"pawl/internal/testbed/process"
)

// client runs `pawl upload` as a process with its own resume state.
type client struct {
	t     *testing.T
	state string
}

func newClient(t *testing.T) *client { return &client{t, t.TempDir()} }

func (c *client) command(args ...string) *exec.Cmd {
	c.t.Helper()
	program, err := exec.LookPath("pawl")
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.CommandContext(c.t.Context(), program, append([]string{"upload"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+c.state, "PAWL_URL=")
	return cmd
}

// run returns standard output, standard error and the exit code.
func (c *client) run(args ...string) (stdout, stderr string, code int) {
	c.t.Helper()
	return finish(c.t, c.command(args...))
}

func finish(t *testing.T, cmd *exec.Cmd) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// remembered returns the number of uploads that the client can resume.
func (c *client) remembered() int {
	found, _ := filepath.Glob(filepath.Join(c.state, "pawl", "uploads", "*.json"))
	return len(found)
}

func randomFile(t *testing.T, size int) (path string, digest string) {
	t.Helper()
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(size), byte(size >> 8)}).Read(content)
	path = filepath.Join(t.TempDir(), "random.bin")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	return path, hex.EncodeToString(sum[:])
}

func digestAt(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s = %s, %v", url, resp.Status, err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// serverProcess is a `pawl serve` process that can be restarted at the same address.
type serverProcess struct {
	process.Process
	t         *testing.T
	addr, dir string
}

func startServerProcess(t *testing.T) *serverProcess {
	t.Helper()
	program, err := exec.LookPath("pawl")
	if err != nil {
		t.Fatal(err)
	}
	s := &serverProcess{t: t, dir: t.TempDir()}
	if s.addr, err = process.FreeAddress(); err != nil {
		t.Fatal(err)
	}
	s.Name, s.Log = "pawl", filepath.Join(t.TempDir(), "server.log")
	s.Command = func() *exec.Cmd { return exec.Command(program, "serve", "--listen="+s.addr, "--data-dir="+s.dir) }
	t.Cleanup(s.Kill)
	s.start()
	return s
}

func (s *serverProcess) restart() {
	s.Kill()
	s.start()
}

func (s *serverProcess) start() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := s.Start()
	if err == nil {
		err = s.Await(ctx, func(ctx context.Context) bool { return process.AnswersOK(ctx, "http://"+s.addr+"/readyz", time.Second) })
	}
	if err != nil {
		s.t.Error(err)
	}
}

// gauge is a proxy that calls a function after a number of bytes sent to the server. It
// passes connections on as they are, so that clients speak with the server itself.
type gauge struct {
	net.Listener
	sent atomic.Int64
	mu   sync.Mutex
	at   int64
	do   func()
	open sync.RWMutex // held for reading by each connection
}

func newGauge(t *testing.T, addr string) *gauge {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	g := &gauge{Listener: l}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			g.open.RLock()
			go func() {
				defer g.open.RUnlock()
				g.pass(near, addr)
			}()
		}
	}()
	return g
}

func (g *gauge) url() string { return "http://" + g.Addr().String() }

func (g *gauge) when(sent int64, do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at, g.do = sent, do
}

// settle waits until all connections are closed and their data is processed or dropped.
func (g *gauge) settle() {
	g.open.Lock()
	defer g.open.Unlock()
}

func (g *gauge) pass(near net.Conn, addr string) {
	defer near.Close()
	far, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer far.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}()
	_, _ = io.Copy(io.MultiWriter(far, g), near)
	_ = far.(*net.TCPConn).CloseWrite()
	<-ended // the server has taken what was sent
}

func (g *gauge) Write(p []byte) (int, error) {
	sent := g.sent.Add(int64(len(p)))
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.do != nil && sent >= g.at {
		g.do()
		g.do = nil
	}
	return len(p), nil
}

// TestUploadResumes kills the client, runs it again, and kills the server meanwhile. Bytes
// that the server has are not sent again.
func TestUploadResumes(t *testing.T) {
	for _, parts := range []int{1, 4} {
		t.Run(fmt.Sprintf("%d parts", parts), func(t *testing.T) {
			const size = 64 << 20
			path, digest := randomFile(t, size)
			server := startServerProcess(t)
			g := newGauge(t, server.addr)
			c := newClient(t)
			args := []string{fmt.Sprintf("--parts=%d", parts), path, g.url()}

			first := c.command(args...)
			if err := first.Start(); err != nil {
				t.Fatal(err)
			}
			g.when(size/3, func() { _ = first.Process.Kill() })
			_ = first.Wait()
			if code := first.ProcessState.ExitCode(); code != -1 {
				t.Fatalf("the client was not killed but ended with %d", code)
			}
			if c.remembered() != 1 {
				t.Fatalf("the killed client saved the state of %d uploads", c.remembered())
			}
			g.when(g.sent.Load()+size/3, server.restart)
			stdout, stderr, code := c.run(args...)
			if code != 0 || !strings.Contains(stderr, "SHA-256 verified") {
				t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
			}
			if !strings.Contains(stderr, "retrying in") {
				t.Errorf("no retry was reported:\n%s", stderr)
			}
			if sent := g.sent.Load(); sent > size*3/2 {
				t.Errorf("%d bytes were sent for a file of %d", sent, size)
			}
			if got := digestAt(t, strings.TrimSpace(stdout)); got != digest {
				t.Errorf("digest %s, want %s", got, digest)
			}
			if c.remembered() != 0 {
				t.Errorf("%d uploads are remembered that are over", c.remembered())
			}
		})
	}
}

// meddler returns the URL of a proxy that modifies each PATCH, or POST that replaces one.
func meddler(t *testing.T, target string, patch func(*http.Request)) string {
	t.Helper()
	p := faultproxy.Start(t, strings.TrimPrefix(target, "http://"), func(r *http.Request) faultproxy.Op {
		if r.Header.Get("X-HTTP-Method-Override") == http.MethodPatch {
			return http.MethodPatch
		}
		return faultproxy.Op(r.Method)
	})
	p.Fail(http.MethodPatch, -1, faultproxy.Changed(patch))
	return "http://" + p.Address
}

// flip changes the first byte read.
type flip struct {
	io.ReadCloser
	done bool
}

func (f *flip) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if n > 0 && !f.done {
		p[0] ^= 1
		f.done = true
	}
	return n, err
}

// TestUploadNoticesOtherBytes changes a byte in transit.
func TestUploadNoticesOtherBytes(t *testing.T) {
	r := start(t, "--data-dir="+t.TempDir())
	path, _ := randomFile(t, 3<<20)
	url := meddler(t, r.url, func(r *http.Request) { r.Body = &flip{ReadCloser: r.Body} })
	stdout, stderr, code := newClient(t).run(path, url)
	if code != exitFailure || stdout != "" || !strings.Contains(stderr, "does not match") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	// With checksums the server rejects such bytes.
	stdout, stderr, code = newClient(t).run("--chunk-size=1MiB", "--retry-for=1s", path, url)
	if code != exitFailure || stdout != "" || !strings.Contains(stderr, "460") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// TestUploadNoticesChange modifies the file during the upload.
func TestUploadNoticesChange(t *testing.T) {
	r := start(t, "--data-dir="+t.TempDir())
	path, _ := randomFile(t, 3<<20)
	url := meddler(t, r.url, func(*http.Request) { _ = os.Chtimes(path, time.Time{}, time.Unix(1, 0)) })
	stdout, stderr, code := newClient(t).run(path, url)
	if code != exitFailure || stdout != "" || !strings.Contains(stderr, "changed during the upload") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// TestUploadToTusd uploads to tusd with all options.
func TestUploadToTusd(t *testing.T) {
	addr := startTusd(t)
	path, digest := randomFile(t, 10<<20)
	server := "http://" + addr
	for _, args := range [][]string{
		{path, server}, {"--parts=3", path, server}, {"--chunk-size=3MiB", path, server},
		{"--chunk-size=3MiB", "--name=piped", "-", server},
	} {
		in, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		cmd := newClient(t).command(args...)
		cmd.Stdin = in
		stdout, stderr, code := finish(t, cmd)
		if code != 0 {
			t.Fatalf("%q: exit code %d\n%s", args, code, stderr)
		}
		if got := digestAt(t, strings.TrimSpace(stdout)); got != digest {
			t.Errorf("%q: digest %s, want %s", args, got, digest)
		}
	}
}

// startTusd starts the server that bench compares with, where it is installed or
// can be.
func startTusd(t *testing.T) string {
	t.Helper()
	testbed.SkipShort(t, "tusd")
	tools, err := filepath.Abs(filepath.Join("..", "..", ".cache", "tools"))
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(tools, "tusd")
	if _, err := os.Stat(binary); err != nil {
		install := exec.CommandContext(t.Context(), "go", "install", "github.com/tus/tusd/v2/cmd/tusd@v2.10.1")
		install.Env = append(os.Environ(), "GOBIN="+tools)
		if out, err := install.CombinedOutput(); err != nil {
			t.Skipf("no tusd, and it cannot be installed: %v\n%s", err, out)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	cmd := exec.Command(binary, "-host", host, "-port", port, "-upload-dir", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return net.JoinHostPort(host, port) // the client itself waits for it
}
