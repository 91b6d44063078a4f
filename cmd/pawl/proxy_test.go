package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"pawl/internal/testbed"
	"pawl/internal/testbed/process"
	"pawl/internal/testbed/reverseproxy"
)

// TestProxies runs nginx and Caddy with the configuration files in deploy.
func TestProxies(t *testing.T) {
	for _, kind := range []reverseproxy.Kind{reverseproxy.Nginx, reverseproxy.Caddy} {
		t.Run(string(kind), func(t *testing.T) {
			testbed.SkipShort(t, "a reverse proxy")
			if _, err := reverseproxy.Find(kind); err != nil {
				testbed.SkipAloud(t, err.Error())
			}
			r := start(t, "--data-dir="+t.TempDir(), "--cors-origins="+proxiedOrigin)
			front := &running{t: t, url: startProxy(t, kind, r.url), stop: r.stop}
			front.awaitReady()
			t.Run("doctor", front.wantHealthy)
			t.Run("prefix", front.wantPrefix)
			t.Run("events", front.wantEvents)
			t.Run("metrics", front.wantNoMetrics)
			t.Run("unavailable", front.wantUnavailable)
		})
	}
}

const proxiedOrigin = "https://page.example"

// startProxy returns the URL of a proxy in front of one server.
func startProxy(t *testing.T, kind reverseproxy.Kind, server string) (url string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "pawl-proxy-") // not t.TempDir, which other users cannot enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	p, err := reverseproxy.New(reverseproxy.Config{
		Kind: kind, Dir: dir, Deploy: top + "deploy", Instances: []string{strings.TrimPrefix(server, "http://")},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Down(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the log of %s:\n%s", kind, p.Tail(4000))
		}
	})
	if err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p.URL()
}

// awaitReady waits until the proxy has found out that the server is ready.
func (r *running) awaitReady() {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !process.AnswersOK(r.t.Context(), r.url+"/readyz", time.Second); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatal("the server cannot be reached through the proxy")
		}
	}
}

// wantHealthy has the doctor find no fault with the proxy: it checks methods, headers,
// Location, buffering, sizes, early responses and CORS.
func (r *running) wantHealthy(t *testing.T) {
	program, err := exec.LookPath("pawl")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "doctor", "--origin="+proxiedOrigin, "--slow=3s", "--large", r.url)
	stdout, stderr, code := finish(t, cmd)
	if code != 0 || !strings.Contains(stdout, " OK, 0 WARN, 0 FAIL") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// wantPrefix uploads below the path of the example, and has no client choose one.
func (r *running) wantPrefix(t *testing.T) {
	created := r.do("POST", "/pawl/files/", nil, tusHeader, "Upload-Length: 5")
	location := created.Header.Get("Location")
	if created.StatusCode != http.StatusCreated || !strings.HasPrefix(location, "/pawl/files/") {
		t.Fatalf("%s, Location %q", created.Status, location)
	}
	patched := r.do("PATCH", location, strings.NewReader("hello"), tusHeader, offsetStream, "Upload-Offset: 0")
	if patched.StatusCode != http.StatusNoContent || patched.Header.Get("Upload-Offset") != "5" {
		t.Errorf("PATCH %s = %s, Upload-Offset %q", location, patched.Status, patched.Header.Get("Upload-Offset"))
	}
	created = r.do("POST", "/files/", nil, tusHeader, "Upload-Length: 5", "X-Forwarded-Prefix: /elsewhere")
	if location := created.Header.Get("Location"); !strings.HasPrefix(location, "/files/") {
		t.Errorf("a client's prefix leads to %q", location)
	}
}

// wantEvents has an event arrive while the stream goes on.
func (r *running) wantEvents(t *testing.T) {
	stream := r.do("GET", "/api/v1/events", nil)
	arrived := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(stream.Body); lines.Scan(); {
			if event, ok := strings.CutPrefix(lines.Text(), "event: upload."); ok {
				arrived <- event
				return
			}
		}
	}()
	limit := time.After(20 * time.Second)
	for {
		r.create("5")
		select {
		case <-arrived:
			return
		case <-time.After(time.Second):
		case <-limit:
			t.Fatal("no event arrives")
		}
	}
}

func (r *running) wantNoMetrics(t *testing.T) {
	if got := r.do("GET", "/metrics", nil).StatusCode; got != http.StatusNotFound {
		t.Errorf("GET /metrics = %d", got)
	}
}

// wantUnavailable stops the server. Clients that ask for an offset then have to get a
// response after which they ask again.
func (r *running) wantUnavailable(t *testing.T) {
	upload := r.create("5")
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	for range 5 { // as the proxy finds out
		if got := r.do("HEAD", upload, nil, tusHeader).StatusCode; got != http.StatusLocked {
			t.Errorf("HEAD = %d, want 423", got)
		}
		resp := r.do("PATCH", upload, strings.NewReader("hello"), tusHeader, offsetStream, "Upload-Offset: 0")
		_, _ = io.Copy(io.Discard, resp.Body)
		if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("PATCH = %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
		}
		time.Sleep(300 * time.Millisecond)
	}
}
