package api

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestCompression(t *testing.T) {
	h := newHarness(t)
	for i := range 30 {
		h.put(fmt.Sprintf("report %d.pdf", i), "", "x")
	}
	f := h.put("long.txt", "text/plain", strings.Repeat("0123456789", 1000))
	for _, c := range []struct {
		path, accept string
		compressed   bool
		varies       bool
	}{
		{"/api/v1/files", "gzip, deflate, br", true, true},
		{"/api/v1/files", "br;q=1.0, GZIP; q=0.5", true, true},
		{"/api/v1/files", "identity", false, true},
		{"/api/v1/files", "gzip;q=0", false, true},
		{"/api/v1/files", "br, x-gzip", false, true},
		{"/api/v1/openapi.json", "gzip", true, true},
		{"/api/v1/docs", "gzip", true, true},
		{"/api/v1/files/" + f.ID, "gzip", false, true}, // too short to gain by it
		{"/api/v1/files/x", "gzip", false, true},
		{"/api/v1/files/" + f.ID + "/content", "gzip", false, false},
		{"/files/" + f.ID, "gzip", false, false},
	} {
		plain, want := h.do("GET", c.path, "", "Accept-Encoding", "identity")
		resp, text := h.do("GET", c.path, "", "Accept-Encoding", c.accept)
		if got := resp.Header.Get("Content-Encoding") == "gzip"; got != c.compressed {
			t.Errorf("%s with Accept-Encoding %q: compressed: %v", c.path, c.accept, got)
		}
		for _, answer := range []*http.Response{resp, plain} {
			if got := strings.Contains(strings.Join(answer.Header.Values("Vary"), ","), "Accept-Encoding"); got != c.varies {
				t.Errorf("%s: Vary: %v", c.path, answer.Header.Values("Vary"))
			}
		}
		if !c.compressed {
			continue
		}
		if len(text)*4 > len(want) {
			t.Errorf("%s: %d bytes of %d", c.path, len(text), len(want))
		}
		reader, err := gzip.NewReader(strings.NewReader(text))
		check(t, err)
		got, err := io.ReadAll(reader)
		if err != nil || string(got) != want || resp.StatusCode != plain.StatusCode {
			t.Errorf("%s: %s, %v: %d bytes, want %d", c.path, resp.Status, err, len(got), len(want))
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", h.url+eventsPath, nil)
	check(t, err)
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultTransport.RoundTrip(r)
	check(t, err)
	defer resp.Body.Close()
	if resp.Header.Get("Content-Encoding") != "" {
		t.Error("the event stream is compressed")
	}
}
