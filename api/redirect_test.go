package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"pawl"
)

// linkTo returns a link that contains its arguments.
func linkTo(_ context.Context, f pawl.File, contentType, disposition string) (string, error) {
	kind, _, _ := strings.Cut(disposition, ";")
	return "https://elsewhere.example/" + string(f.ID) + "?" + contentType + "," + kind, nil
}

func redirecting(always bool) func(*Config) {
	return func(c *Config) { c.Redirects = &Redirects{Link: linkTo, Always: always} }
}

func TestRedirects(t *testing.T) {
	here, there := http.StatusOK, http.StatusTemporaryRedirect
	for _, always := range []bool{false, true} {
		h := newHarness(t, redirecting(always))
		f := h.put("a.png", "image/png", pngHead)
		usual := here
		if always {
			usual = there
		}
		for _, c := range []struct {
			method, query string
			status        int
		}{
			{"GET", "", usual},
			{"GET", "?redirect=true", there},
			{"GET", "?redirect=1", there},
			{"GET", "?redirect=false", here},
			{"GET", "?redirect=perhaps", usual},
			{"HEAD", "", here},
			{"HEAD", "?redirect=true", here},
		} {
			for _, path := range []string{"/api/v1/files/" + f.ID + "/content", "/files/" + f.ID} {
				if c.method == "HEAD" && strings.HasPrefix(path, "/files/") {
					continue // tus has its own HEAD
				}
				resp, body := h.do(c.method, path+c.query, "")
				if resp.StatusCode != c.status {
					t.Errorf("always %t, %s %s: %s", always, c.method, path+c.query, resp.Status)
				}
				if c.status == there && (body != "" || resp.Header.Get("Cache-Control") != "no-store" ||
					resp.Header.Get("Location") != "https://elsewhere.example/"+f.ID+"?image/png,inline") {
					t.Errorf("%s: %v %q", path, resp.Header, body)
				}
			}
		}
		if resp, _ := h.do("GET", "/files/"+strings.Repeat("0", 36)+"?redirect=true", ""); resp.StatusCode != http.StatusNotFound {
			t.Errorf("a file that is not there: %s", resp.Status)
		}
	}
}

// TestNowhereToRedirect checks a server with disk storage.
func TestNowhereToRedirect(t *testing.T) {
	h := newHarness(t)
	f := h.put("a", "", "bytes")
	if resp, body := h.do("GET", "/files/"+f.ID+"?redirect=true", ""); resp.StatusCode != http.StatusOK || body != "bytes" {
		t.Errorf("%s %q", resp.Status, body)
	}
}

func TestRedirectPresentation(t *testing.T) {
	for mediaType, want := range map[string]string{
		"image/png":       "inline image/png",
		"text/plain":      "inline text/plain",
		"video/mp4":       "inline video/mp4",
		"image/svg+xml":   "attachment application/octet-stream",
		"text/html":       "attachment application/octet-stream",
		"application/pdf": "attachment application/octet-stream",
		"nonsense":        "attachment application/octet-stream",
	} {
		contentType, disposition := describeRedirect(pawl.File{Name: "a"}, present(mediaType, ""), false)
		kind, _, _ := strings.Cut(disposition, ";")
		if got := kind + " " + contentType; got != want {
			t.Errorf("%q: %s, want %s", mediaType, got, want)
		}
		contentType, disposition = describeRedirect(pawl.File{Name: "a"}, present(mediaType, ""), true)
		if !strings.HasPrefix(disposition, "attachment;") || !strings.HasSuffix(want, contentType) {
			t.Errorf("%q, download wanted: %s %s", mediaType, disposition, contentType)
		}
	}
}

func TestRedirectsAreCounted(t *testing.T) {
	h := newHarness(t, redirecting(true))
	f := h.put("a", "", "0123456789")
	counted := func() int64 {
		check(t, h.files.Flush(context.Background()))
		return getJSON[fileView](h, "/api/v1/files/"+f.ID).Downloads
	}
	for ranges, counts := range map[string]int64{
		"": 1, "bytes=0-": 1, "bytes=0-4": 1, "bytes=0-0": 0, "bytes=0-1": 0, "bytes=5-9": 0, "bytes=-1": 0,
	} {
		before := counted()
		h.do("GET", "/files/"+f.ID, "", "Range", ranges)
		if got := counted() - before; got != counts {
			t.Errorf("Range: %s counts %d", ranges, got)
		}
	}
	before := counted()
	h.do("GET", "/files/"+f.ID+"?preview=1", "")
	if got := counted() - before; got != 0 {
		t.Errorf("a preview counts %d", got)
	}
}

func TestLinkFails(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.Redirects = &Redirects{Always: true, Link: func(context.Context, pawl.File, string, string) (string, error) {
			return "", pawl.Because(errors.New("no credentials"), pawl.Unavailable, "the server's storage cannot be reached")
		}}
	})
	f := h.put("a", "", "bytes")
	resp, body := h.do("GET", "/files/"+f.ID, "")
	if resp.StatusCode != http.StatusServiceUnavailable || strings.Contains(body, "credentials") || resp.Header.Get("Location") != "" {
		t.Errorf("%s %s", resp.Status, body)
	}
}
