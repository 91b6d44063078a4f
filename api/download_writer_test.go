package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"log/slog"

	"pawl"
	"pawl/api/middleware"
	"pawl/api/problem"
)

// narrow is a listener whose connections have small buffers. It records what net/http
// passes to the kernel.
type narrow struct {
	net.Listener
	files atomic.Int64 // bytes that came to ReadFrom as an *os.File under one limit
}

type narrowConn struct {
	*net.TCPConn
	seen *narrow
}

func (l *narrow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	tcp := c.(*net.TCPConn)
	return narrowConn{tcp, l}, tcp.SetWriteBuffer(16 << 10)
}

func (c narrowConn) ReadFrom(src io.Reader) (int64, error) {
	n, err := c.TCPConn.ReadFrom(src)
	if limited, ok := src.(*io.LimitedReader); ok {
		if _, ok := limited.R.(*os.File); ok {
			c.seen.files.Add(n)
		}
	}
	return n, err
}

// serveContent serves content through all wrappers of the response writer.
func serveContent(t *testing.T, content func() io.ReadSeeker, stall time.Duration) (url string, seen *narrow, ended <-chan error) {
	t.Helper()
	ends := make(chan error, 8)
	handler := middleware.Log(slog.New(slog.DiscardHandler), nil)(middleware.Recover(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			out := newDownloadWriter(w, r, stall)
			defer out.finish()
			w.Header().Set("Content-Type", "application/octet-stream")
			http.ServeContent(out, r, "", time.Time{}, content())
			ends <- out.err
		})))
	srv := httptest.NewUnstartedServer(handler)
	seen = &narrow{Listener: srv.Listener}
	srv.Listener = seen
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL, seen, ends
}

// narrowClient returns a client with small buffers.
func narrowClient() *http.Client {
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err == nil {
			err = c.(*net.TCPConn).SetReadBuffer(16 << 10)
		}
		return c, err
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}

func randomFile(t *testing.T, size int) (path string, content []byte) {
	t.Helper()
	content = make([]byte, size)
	_, _ = rand.Read(content)
	path = filepath.Join(t.TempDir(), "content")
	check(t, os.WriteFile(path, content, 0o600))
	return path, content
}

// Sendfile happens inside [net.TCPConn.ReadFrom], and only for an *os.File under
// at most one [io.LimitedReader].
func TestFilesReachTheKernelAsFiles(t *testing.T) {
	path, content := randomFile(t, 3<<20)
	url, seen, _ := serveContent(t, open(t, path), time.Minute)
	for _, c := range []struct {
		header string
		want   []byte
	}{{"", content}, {"bytes=1000-2000999", content[1000:2001000]}} {
		seen.files.Store(0)
		r, _ := http.NewRequest("GET", url, nil)
		r.Header.Set("Range", c.header)
		resp, err := http.DefaultClient.Do(r)
		check(t, err)
		got, err := io.ReadAll(resp.Body)
		check(t, err)
		resp.Body.Close()
		if !bytes.Equal(got, c.want) {
			t.Errorf("%s: %d bytes are not those of the file", c.header, len(got))
		}
		// net/http itself copies the first 512 bytes, with the header.
		if n := seen.files.Load(); n < int64(len(c.want))-512 {
			t.Errorf("%s: only %d of %d bytes came as a file", c.header, n, len(c.want))
		}
	}
}

func open(t *testing.T, path string) func() io.ReadSeeker {
	return func() io.ReadSeeker {
		f, err := os.Open(path)
		check(t, err)
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
}

// Each client reads less than one chunk within a stall.
func TestSlowReadersAreServed(t *testing.T) {
	const stall = 2 * time.Second // far longer than a busy machine keeps the reader waiting
	path, content := randomFile(t, paceChunk+paceChunk/2)
	for name, source := range map[string]func() io.ReadSeeker{
		"file":   open(t, path),
		"object": func() io.ReadSeeker { return struct{ io.ReadSeeker }{bytes.NewReader(content)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, _, ended := serveContent(t, source, stall)
			resp, err := narrowClient().Get(url)
			check(t, err)
			defer resp.Body.Close()
			sum, began := sha256.New(), time.Now()
			for {
				_, err := io.CopyN(sum, resp.Body, 24<<10)
				if err == io.EOF {
					break
				}
				check(t, err)
				time.Sleep(stall / 10)
			}
			if want := sha256.Sum256(content); !bytes.Equal(sum.Sum(nil), want[:]) {
				t.Error("the bytes are not those of the file")
			}
			if took := time.Since(began); took < 3*stall {
				t.Errorf("took only %s: this proves nothing", took)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDeadReadersAreCut(t *testing.T) {
	const stall = 200 * time.Millisecond
	path, _ := randomFile(t, 8<<20)
	url, _, ended := serveContent(t, open(t, path), stall)
	resp, err := narrowClient().Get(url)
	check(t, err)
	defer resp.Body.Close()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("served 8 MiB to a reader that reads nothing")
		}
	case <-time.After(20 * stall):
		t.Error("a reader that reads nothing is still there")
	}
}

// The next request on a connection must not inherit a download's deadline.
func TestDeadlineEndsWithTheDownload(t *testing.T) {
	const stall = 100 * time.Millisecond
	path, content := randomFile(t, 4<<10)
	url, _, _ := serveContent(t, open(t, path), stall)
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	var once sync.Once
	for range 2 {
		resp, err := client.Get(url)
		check(t, err)
		got, err := io.ReadAll(resp.Body)
		check(t, err)
		resp.Body.Close()
		if !bytes.Equal(got, content) {
			t.Error("the bytes are not those of the file")
		}
		once.Do(func() { time.Sleep(3 * stall) })
	}
}

// unreadable is content whose first read fails, as it turns out when that is prepared.
type unreadable struct {
	io.ReadSeeker
	err error
}

func (u unreadable) Prepare() error { return u.err }

// TestUnreadableContentIsAnError asks for content that is not there, or is not there yet:
// the answer says so, instead of breaking off after the header of a success.
func TestUnreadableContentIsAnError(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
	}{
		{pawl.Errorf(pawl.NotFound, "no such blob"), http.StatusInternalServerError},
		{pawl.Errorf(pawl.Unavailable, "the storage is unavailable"), http.StatusServiceUnavailable},
		{nil, http.StatusPartialContent},
	} {
		content := func() io.ReadSeeker { return unreadable{strings.NewReader("0123456789"), tt.err} }
		url, _, _ := serveContent(t, content, time.Minute)
		r, err := http.NewRequest(http.MethodGet, url, nil)
		check(t, err)
		r.Header.Set("Range", "bytes=2-5")
		answer, err := http.DefaultClient.Do(r)
		check(t, err)
		text, err := io.ReadAll(answer.Body)
		check(t, err)
		_ = answer.Body.Close()
		if answer.StatusCode != tt.status || tt.err == nil && string(text) != "2345" {
			t.Errorf("%v: %s %q", tt.err, answer.Status, text)
		}
		if tt.err != nil && (answer.Header.Get("Content-Type") != problem.ContentType || answer.Header.Get("Content-Range") != "") {
			t.Errorf("%v: %v", tt.err, answer.Header)
		}
	}
}
