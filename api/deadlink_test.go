package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"pawl"
)

// inBrowser are the headers of a navigation in a browser.
var inBrowser = []string{"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

func TestDeadLinks(t *testing.T) {
	h := newHarness(t)
	f := h.put("a", "", "1")
	check(t, h.files.Delete(t.Context(), pawl.Local, pawl.ID(f.ID)))
	for path, start := range map[string]string{
		"/files/" + f.ID:                         `href="../"`,
		"/files/x":                               `href="../"`,
		"/files/%3Cscript%3E":                    `href="../"`,
		"/api/v1/files/" + f.ID + "/content":     `href="../../../../"`,
		"/files/" + f.ID + "?download=1&token=x": `href="../"`,
	} {
		resp, page := h.do("GET", path, "", inBrowser...)
		if resp.StatusCode != 404 || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %s %s", path, resp.Status, resp.Header.Get("Content-Type"))
		}
		if !strings.Contains(page, start) || !strings.Contains(page, "<h1>File not found</h1>") || strings.Contains(page, "<script") {
			t.Errorf("%s: %s", path, page)
		}
		if policy := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") {
			t.Errorf("%s: %s", path, policy)
		}
		if resp.Header.Get("Cache-Control") != "no-store" || !slices.Contains(resp.Header.Values("Vary"), "Accept") || resp.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %v", path, resp.Header)
		}
		for _, accept := range []string{"*/*", "application/json", "", "image/avif,image/webp,*/*"} {
			resp, text := h.do("GET", path, "", "Accept", accept)
			wantProblem(t, resp, text, 404)
		}
		if strings.HasPrefix(path, "/api/") {
			if resp, text := h.do("HEAD", path, "", inBrowser...); resp.StatusCode != 404 || text != "" || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("HEAD %s: %s %v", path, resp.Status, resp.Header)
			}
		}
	}
}

// TestLinksThatFail checks the page for other errors.
func TestLinksThatFail(t *testing.T) {
	h := newHarness(t)
	f := h.put("a", "", "1")
	check(t, h.store.Close())
	resp, page := h.do("GET", "/files/"+f.ID, "", inBrowser...)
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(page, "The file cannot be opened") ||
		!strings.Contains(page, resp.Header.Get("X-Request-Id")) || resp.Header.Get("Retry-After") == "" {
		t.Errorf("%s %v\n%s", resp.Status, resp.Header, page)
	}
	if strings.Contains(page, "sql") {
		t.Errorf("internals are shown: %s", page)
	}
}
