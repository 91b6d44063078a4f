package tus_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"pawl/api/tus"
)

// answered notes whether a handler reads from a body after it has answered.
type answered struct {
	http.ResponseWriter
	io.ReadCloser
	status    atomic.Int32
	readAfter atomic.Bool
}

func (a *answered) WriteHeader(status int) {
	a.status.Store(int32(status))
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Read(p []byte) (int, error) {
	if a.status.Load() != 0 {
		a.readAfter.Store(true)
	}
	return a.ReadCloser.Read(p)
}

func (a *answered) Write(p []byte) (int, error) { return a.ResponseWriter.Write(p) }
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// TestRefusalWhileSending refuses a body in the middle of it. Over HTTP/1.1 what is
// on its way is taken, so that the client sees the answer; over HTTP/2 it sees it
// anyway, and is not kept waiting for.
func TestRefusalWhileSending(t *testing.T) {
	s := start(t)
	path := s.create(1_000_000)
	ended := make(chan *answered, 1)
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		spy := &answered{ResponseWriter: w, ReadCloser: r.Body}
		r.Body = spy
		s.Config.Handler.ServeHTTP(spy, r)
		ended <- spy
	}))
	front.Config.Protocols = new(http.Protocols)
	front.Config.Protocols.SetHTTP1(true)
	front.Config.Protocols.SetUnencryptedHTTP2(true)
	front.Start()
	defer front.Close()
	for major, configure := range map[int]func(*http.Protocols){
		1: func(p *http.Protocols) { p.SetHTTP1(true) },
		2: func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) },
	} {
		transport := &http.Transport{Protocols: new(http.Protocols)}
		configure(transport.Protocols)
		body, sent := io.Pipe()
		go func() {
			_, _ = sent.Write(make([]byte, 1000)) // and no end; until the transport closes the pipe
		}()
		r, err := http.NewRequestWithContext(t.Context(), "PATCH", front.URL+path, body)
		check(t, err)
		r.Header.Set("Tus-Resumable", "1.0.0")
		r.Header.Set("Content-Type", "application/offset+octet-stream")
		r.Header.Set("Upload-Offset", "7")
		resp, err := transport.RoundTrip(r)
		check(t, err)
		if major == 1 {
			check(t, sent.Close())
		}
		text, err := io.ReadAll(resp.Body)
		check(t, err)
		_ = resp.Body.Close()
		transport.CloseIdleConnections()
		if resp.ProtoMajor != major || resp.StatusCode != http.StatusConflict || len(text) == 0 {
			t.Errorf("%s %s %q", resp.Proto, resp.Status, text)
		}
		if spy := <-ended; spy.readAfter.Load() != (major == 1) {
			t.Errorf("HTTP/%d: it was read on after the answer: %t", major, spy.readAfter.Load())
		}
	}
}

// TestOverriddenMethodsWithoutBody has a POST be a GET over HTTP/2: its body, which
// nobody reads, does not wait for the end of the download.
func TestOverriddenMethodsWithoutBody(t *testing.T) {
	rig := start(t)
	bodies := make(chan io.ReadCloser, 1)
	handler, err := tus.New(tus.Config{
		Uploads: rig.uploads, Files: rig.files, Principal: who,
		Download: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { bodies <- r.Body }),
	})
	check(t, err)
	server := httptest.NewUnstartedServer(handler)
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	defer server.Close()
	transport := &http.Transport{Protocols: server.Config.Protocols}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/files/x", strings.NewReader("hello"))
	check(t, err)
	r.Header.Set("X-HTTP-Method-Override", "GET")
	resp, err := transport.RoundTrip(r)
	check(t, err)
	resp.Body.Close()
	if body := <-bodies; body != http.NoBody {
		t.Errorf("the download has a body: %v", body)
	}
}
