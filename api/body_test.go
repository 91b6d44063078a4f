package api

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// over2 returns a client that uses one HTTP/2 connection without TLS.
func (h *harness) over2() *http.Client {
	h.t.Helper()
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &protocols}
	h.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// endless is a body without an end.
type endless struct{ sent atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.sent.Add(int64(len(p)))
	return len(p), nil
}

// TestUnwantedBodies sends long bodies that no handler reads. If they occupied the
// receive window of the connection, another request could not send its body.
func TestUnwantedBodies(t *testing.T) {
	h := newHarness(t)
	f := h.put("a", "", strings.Repeat("0123456789", 1_000_000))
	for _, c := range [][]string{
		{"GET", eventsPath},
		{"GET", eventsPath, "X-HTTP-Method-Override", "PATCH"},
		{"GET", "/files/" + f.ID},
		{"GET", "/api/v1/files/" + f.ID + "/content"},
	} {
		client := h.over2()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		unwanted := new(endless)
		r, err := http.NewRequestWithContext(ctx, c[0], h.url+c[1], unwanted)
		check(t, err)
		if len(c) > 2 {
			r.Header.Set(c[2], c[3])
		}
		resp, err := client.Do(r)
		check(t, err)
		for unwanted.sent.Load() < 1<<20 && ctx.Err() == nil { // what Go's server lets a stream send
			time.Sleep(time.Millisecond)
		}
		r, err = http.NewRequestWithContext(ctx, "PATCH", h.url+"/api/v1/files/"+f.ID, strings.NewReader(`{"name":"b"}`))
		check(t, err)
		r.Header.Set("Content-Type", "application/json")
		if answer, err := client.Do(r); err != nil || answer.StatusCode != 200 || answer.ProtoMajor != 2 {
			t.Errorf("%v: another request on the connection: %v, %v", c, answer, err)
		}
		cancel()
		resp.Body.Close()
	}
}

// TestSmallUnwantedBodies sends short bodies with methods that have none.
func TestSmallUnwantedBodies(t *testing.T) {
	h := newHarness(t)
	client := h.over2()
	f := h.put("a", "", "0123456789")
	for range 50 {
		for path, status := range map[string]int{"/api/v1/files": 200, "/files/" + f.ID: 200, "/api/v1/files/x": 404} {
			r, err := http.NewRequestWithContext(t.Context(), "GET", h.url+path, strings.NewReader("{}"))
			check(t, err)
			resp, err := client.Do(r)
			check(t, err)
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if err != nil || resp.StatusCode != status || resp.ProtoMajor != 2 {
				t.Fatalf("%s: %s %s, %v", path, resp.Proto, resp.Status, err)
			}
		}
	}
}
