package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// newTestBalancer has a balancer in front of these handlers; a nil one is an
// instance that was killed after it was last asked whether it is ready.
func newTestBalancer(t *testing.T, handlers ...http.HandlerFunc) *httptest.Server {
	t.Helper()
	var addresses []string
	for _, h := range handlers {
		s := httptest.NewServer(h)
		addresses = append(addresses, s.Listener.Addr().String())
		if h == nil {
			s.Close()
		} else {
			t.Cleanup(s.Close)
		}
	}
	b := newBalancer(addresses, slog.New(slog.DiscardHandler))
	for _, each := range b.backends {
		each.up.Store(true)
	}
	front := httptest.NewServer(b)
	t.Cleanup(front.Close)
	return front
}

func say(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func readAll(t *testing.T, from io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestBalancerTakesTurns(t *testing.T) {
	front := newTestBalancer(t, say("a"), say("b"), say("c"))
	got := ""
	for range 6 {
		resp, err := http.Get(front.URL)
		if err != nil {
			t.Fatal(err)
		}
		got += readAll(t, resp.Body)
		_ = resp.Body.Close()
	}
	if want := "abcabc"; !strings.Contains("abc"+want, got) {
		t.Errorf("%s answered, want each in turn", got)
	}
}

// TestBalancerStreams has the instance answer each line before the next is sent.
func TestBalancerStreams(t *testing.T) {
	front := newTestBalancer(t, func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex()
		p := make([]byte, 1)
		for {
			n, err := r.Body.Read(p)
			_, _ = w.Write(p[:n])
			_ = control.Flush()
			if err != nil {
				return
			}
		}
	})
	body, client := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), "POST", front.URL, body)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = client.Write([]byte("1")) }()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	echo := make([]byte, 1)
	for _, want := range []string{"1", "2", "3"} {
		if want != "1" {
			if _, err := client.Write([]byte(want)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := io.ReadFull(resp.Body, echo); err != nil || string(echo) != want {
			t.Fatalf("%q, %v; want %q", echo, err, want)
		}
	}
	_ = client.Close()
}

// TestBalancerTrailers passes what follows a body.
func TestBalancerTrailers(t *testing.T) {
	got := make(chan string, 1)
	front := newTestBalancer(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		got <- r.Trailer.Get("Upload-Checksum")
	})
	req, err := http.NewRequestWithContext(t.Context(), "POST", front.URL, io.MultiReader(strings.NewReader("hello")))
	if err != nil {
		t.Fatal(err)
	}
	req.Trailer = http.Header{"Upload-Checksum": {"sha1 x"}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if trailer := <-got; trailer != "sha1 x" {
		t.Errorf("the trailer is %q", trailer)
	}
}

// TestBalancerGoesOn sends a request on, whole, that an instance which is gone has
// seen nothing of.
func TestBalancerGoesOn(t *testing.T) {
	front := newTestBalancer(t, nil, nil, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	for range 3 {
		resp, err := http.Post(front.URL, "text/plain", strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		if text := readAll(t, resp.Body); resp.StatusCode != http.StatusOK || text != "hello" {
			t.Errorf("%s %q", resp.Status, text)
		}
		_ = resp.Body.Close()
	}
}

// TestBalancerDoesNotRepeat leaves a request alone that may have had an effect.
func TestBalancerDoesNotRepeat(t *testing.T) {
	var seen atomic.Int32
	cut := func(http.ResponseWriter, *http.Request) {
		seen.Add(1)
		panic(http.ErrAbortHandler)
	}
	front := newTestBalancer(t, cut, cut)
	for method, want := range map[string]int32{"POST": 1, "PATCH": 1, "DELETE": 1} {
		seen.Store(0)
		req, err := http.NewRequestWithContext(t.Context(), method, front.URL, strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusBadGateway || seen.Load() != want {
			t.Errorf("%s: %s, seen %d times", method, resp.Status, seen.Load())
		}
	}
}

// TestBalancerAsksInstances finds out who is ready.
func TestBalancerAsksInstances(t *testing.T) {
	var ready atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !ready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer s.Close()
	b := newBalancer([]string{s.Listener.Addr().String()}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go b.watch(ctx)
	for _, want := range []bool{true, false, true} {
		ready.Store(want)
		for b.backends[0].up.Load() != want && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}
	if ctx.Err() != nil {
		t.Error("it does not notice")
	}
}
