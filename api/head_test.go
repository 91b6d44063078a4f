package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"pawl"
)

// TestHeadIsGet checks every route: HEAD is GET without content, and the event stream has
// no HEAD.
func TestHeadIsGet(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "page") })
	})
	f := h.put("a.txt", "text/plain", "0123456789")
	upload := h.begin(pawl.Local, "b", "", 10)
	methods := map[string]map[string]bool{}
	routes := h.web.Config.Handler.(chi.Routes)
	check(t, chi.Walk(routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if methods[route] == nil {
			methods[route] = map[string]bool{}
		}
		methods[route][method] = true
		return nil
	}))
	for route, has := range methods {
		if has["GET"] != has["HEAD"] && route != eventsPath {
			t.Errorf("%s: GET %v, HEAD %v", route, has["GET"], has["HEAD"])
		}
		if !has["GET"] || route == eventsPath || strings.HasPrefix(route, "/files") { // where tus has a HEAD of its own
			continue
		}
		path := strings.ReplaceAll(route, "{id}", f.ID)
		if strings.HasPrefix(route, "/api/v1/uploads/") {
			path = strings.ReplaceAll(route, "{id}", string(upload))
		}
		h.sameHead(path)
		h.sameHead(strings.ReplaceAll(route, "{id}", "x"))
	}
	for _, path := range []string{"/", "/files/" + f.ID, "/files/" + f.ID + "?download=1", "/api/v1/files?limit=0", "/nothing", "/api/nothing"} {
		h.sameHead(path)
	}
	resp, _ := h.do("HEAD", eventsPath, "")
	if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "GET" {
		t.Errorf("HEAD of the event stream: %s, Allow: %s", resp.Status, resp.Header.Get("Allow"))
	}
	resp, _ = h.do("POST", "/healthz", "")
	if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST of /healthz: %s, Allow: %s", resp.Status, resp.Header.Get("Allow"))
	}
}

// sameHead compares the responses to GET and HEAD.
func (h *harness) sameHead(path string) {
	h.t.Helper()
	for _, encoding := range []string{"identity", "gzip"} {
		get, content := h.do("GET", path, "", "Accept-Encoding", encoding)
		head, none := h.do("HEAD", path, "", "Accept-Encoding", encoding)
		if get.StatusCode != head.StatusCode || none != "" || content == "" {
			h.t.Errorf("%s: GET %s (%d bytes), HEAD %s (%d bytes)", path, get.Status, len(content), head.Status, len(none))
		}
		for name := range get.Header {
			switch name {
			case "Date", "X-Request-Id":
				continue
			case "Content-Length":
				if get.StatusCode >= 400 || path == "/metrics" {
					continue
				}
			}
			if got, want := head.Header.Get(name), get.Header.Get(name); got != want {
				h.t.Errorf("%s: HEAD says %s: %q, GET %q", path, name, got, want)
			}
		}
	}
}

func TestHeadOfHealth(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Ready = func(context.Context) error { return errors.New("away") } })
	if resp, _ := h.do("HEAD", "/readyz", ""); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
}

// TestHeadOfUpload checks HEAD without Tus-Resumable for the URL of an upload: it is that
// of a download once the file exists.
func TestHeadOfUpload(t *testing.T) {
	h := newHarness(t, byHeader)
	ann := pawl.Principal{ID: "ann"}
	f, upload := h.putFor(ann, "a.txt", "text/plain", "0123456789"), h.begin(ann, "b", "", 10)
	for _, c := range []struct {
		name, method, path string
		headers            []string
		tus                bool
	}{
		{"a file", "HEAD", f.ID, nil, false},
		{"a file, by tus", "HEAD", f.ID, []string{"Tus-Resumable", "1.0.0"}, true},
		{"a file, by another tus", "HEAD", f.ID, []string{"Tus-Resumable", "0.2.2"}, true},
		{"a file, by another method", "HEAD", f.ID, []string{"X-HTTP-Method-Override", "PATCH"}, true},
		{"an upload", "HEAD", string(upload), nil, true},
		{"nothing", "HEAD", "x", nil, true},
		{"somebody else's", "HEAD", f.ID, []string{"X-Principal", "bob"}, true},
		{"options", "OPTIONS", f.ID, nil, true},
	} {
		resp, _ := h.do(c.method, "/files/"+c.path, "", append([]string{"X-Principal", "ann"}, c.headers...)...)
		if tus := resp.Header.Get("Tus-Resumable") != ""; tus != c.tus || !tus && resp.Header.Get("Content-Length") != "10" {
			t.Errorf("%s: %s, by tus: %v", c.name, resp.Status, tus)
		}
	}
	if got, err := h.files.Get(t.Context(), ann, pawl.ID(f.ID)); err != nil || got.Downloads != 0 {
		t.Errorf("HEAD counts as a download: %+v, %v", got, err)
	}
}
