package main

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// running is a real server in this process.
type running struct {
	t    *testing.T
	url  string
	stop func() error // lets it drain; its result is that of Run and Close
}

// start runs a server with the settings of a command line.
func start(t *testing.T, flags ...string) *running {
	t.Helper()
	a := &app{}
	if _, err := a.commandLine(append([]string{"serve", "--listen=127.0.0.1:0", "--shutdown-timeout=10s"}, flags...)); err != nil {
		t.Fatal(err)
	}
	c, err := a.config()
	if err != nil {
		t.Fatal(err)
	}
	s, err := openServer(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	var stopped bool
	stop := func() error {
		stopped = true
		cancel()
		err := <-ended
		if closeErr := s.Close(); err == nil {
			err = closeErr
		}
		return err
	}
	t.Cleanup(func() {
		if !stopped {
			_ = stop()
		}
	})
	return &running{t: t, url: s.url(), stop: stop}
}

func (r *running) do(method, path string, body io.Reader, header ...string) *http.Response {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, line := range header {
		key, value, _ := strings.Cut(line, ": ")
		req.Header.Set(key, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

const (
	tusHeader    = "Tus-Resumable: 1.0.0"
	offsetStream = "Content-Type: application/offset+octet-stream"
)

// create creates an upload and returns the path of its URL.
func (r *running) create(length string) string {
	r.t.Helper()
	resp := r.do("POST", "/files/", nil, tusHeader, "Upload-Length: "+length)
	if resp.StatusCode != http.StatusCreated {
		r.t.Fatalf("POST = %s", resp.Status)
	}
	location := resp.Header.Get("Location")
	return location[strings.Index(location, "/files/"):]
}

// TestDrain stops a server during an upload whose client sends nothing, and during an
// event stream. The bytes received are stored.
func TestDrain(t *testing.T) {
	dir := t.TempDir()
	const patience = 2 * time.Minute // much longer than a busy machine needs to drain
	r := start(t, "--data-dir="+dir, "--shutdown-timeout="+patience.String())
	upload := r.create("2000000")

	events := r.do("GET", "/api/v1/events", nil)
	if _, err := bufio.NewReader(events.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	answered := make(chan *http.Response, 1)
	body, client := io.Pipe()
	go func() {
		answered <- r.do("PATCH", upload, body, tusHeader, offsetStream, "Upload-Offset: 0")
	}()
	if _, err := client.Write(make([]byte, 1_000_000)); err != nil {
		t.Fatal(err)
	}
	waitForOffset(t, r, upload, "1000000")

	began := time.Now()
	stopped := make(chan error, 1)
	go func() { stopped <- r.stop() }()
	if resp := <-answered; resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("PATCH = %s, want 503", resp.Status)
	}
	if _, err := io.Copy(io.Discard, events.Body); err != nil {
		t.Errorf("the event stream was cut: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > patience/2 {
		t.Errorf("it took %s to stop: it waited for somebody", took)
	}

	waitForOffset(t, start(t, "--data-dir="+dir), upload, "1000000")
}

func readAll(t *testing.T, body io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func waitForOffset(t *testing.T, r *running, upload, want string) {
	t.Helper()
	var got string
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		resp := r.do("HEAD", upload, nil, tusHeader)
		if got = resp.Header.Get("Upload-Offset"); got == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("Upload-Offset = %q, want %s", got, want)
}

// TestHook checks that a pre-finish hook can reject a file.
func TestHook(t *testing.T) {
	var asked []string
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		asked = append(asked, string(body))
		if strings.Contains(string(body), `"event":"upload.finish"`) {
			http.Error(w, "the album is full", http.StatusForbidden)
		}
	}))
	defer service.Close()

	r := start(t, "--data-dir="+t.TempDir(), "--hook-url="+service.URL)
	upload := r.create("5")
	resp := r.do("PATCH", upload, strings.NewReader("hello"), tusHeader, offsetStream, "Upload-Offset: 0")
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(body), "the album is full") {
		t.Errorf("PATCH = %s %s", resp.Status, body)
	}
	if len(asked) != 2 {
		t.Errorf("the service was asked %d times: %q", len(asked), asked)
	}
}

// TestUnencryptedHTTP2 checks that HTTP/2 without TLS is supported only if it is
// configured.
func TestUnencryptedHTTP2(t *testing.T) {
	r := start(t, "--data-dir="+t.TempDir(), "--h2c")
	resp, err := overHTTP2(t, r.url)
	if err != nil {
		t.Fatal(err)
	}
	if resp.ProtoMajor != 2 || resp.StatusCode != http.StatusOK {
		t.Errorf("with --h2c: %s %s", resp.Proto, resp.Status)
	}

	r = start(t, "--data-dir="+t.TempDir())
	if resp, err := overHTTP2(t, r.url); err == nil {
		t.Errorf("without --h2c: %s %s, want an error", resp.Proto, resp.Status)
	}
}

// overHTTP2 sends a GET over HTTP/2 without TLS.
func overHTTP2(t *testing.T, url string) (*http.Response, error) {
	t.Helper()
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	resp, err := (&http.Client{Transport: transport}).Get(url + "/healthz")
	if err == nil {
		resp.Body.Close()
	}
	return resp, err
}
