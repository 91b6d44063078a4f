package frontend

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func built() fstest.MapFS {
	return fstest.MapFS{
		".gitkeep":            {Data: []byte{}},
		".vite/manifest.json": {Data: []byte("{}")},
		"index.html":          {Data: []byte("<html>page</html>")},
		"theme.js":            {Data: []byte("theme")},
		"assets/a-1.js":       {Data: []byte("plain")},
		"assets/a-1.js.gz":    {Data: []byte("gz")},
		"assets/a-1.js.br":    {Data: []byte("br")},
	}
}

func TestHandler(t *testing.T) {
	tests := []struct {
		name, method, path, accept          string
		status                              int
		body, contentType, encoding, caches string
	}{
		{"root is the page", "GET", "/", "", 200, "<html>page</html>", "text/html; charset=utf-8", "", "no-cache"},
		{"a view's path is the page", "GET", "/statistics", "", 200, "<html>page</html>", "text/html; charset=utf-8", "", "no-cache"},
		{"head has no body", "HEAD", "/", "", 200, "", "text/html; charset=utf-8", "", "no-cache"},
		{"asset plain", "GET", "/assets/a-1.js", "", 200, "plain", "text/javascript; charset=utf-8", "", "public, max-age=31536000, immutable"},
		{"asset gzip", "GET", "/assets/a-1.js", "gzip, deflate", 200, "gz", "text/javascript; charset=utf-8", "gzip", "public, max-age=31536000, immutable"},
		{"asset brotli first", "GET", "/assets/a-1.js", "gzip, br", 200, "br", "text/javascript; charset=utf-8", "br", "public, max-age=31536000, immutable"},
		{"brotli refused", "GET", "/assets/a-1.js", "br;q=0, gzip;q=0.5", 200, "gz", "text/javascript; charset=utf-8", "gzip", "public, max-age=31536000, immutable"},
		{"file outside assets", "GET", "/theme.js", "", 200, "theme", "text/javascript; charset=utf-8", "", "no-cache"},
		{"missing asset is no page", "GET", "/assets/old.js", "", 404, "no such file; the page may have been updated: reload it\n", "text/plain; charset=utf-8", "", "no-store"},
		{"build notes are not served", "GET", "/.vite/manifest.json", "", 200, "<html>page</html>", "text/html; charset=utf-8", "", "no-cache"},
		{"path tricks stay inside", "GET", "/../../etc/passwd", "", 200, "<html>page</html>", "text/html; charset=utf-8", "", "no-cache"},
		{"read only", "POST", "/", "", 405, "the page can only be read\n", "text/plain; charset=utf-8", "", ""},
	}
	handler := newHandler(built())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, "http://pawl"+tt.path, nil)
			r.Header.Set("Accept-Encoding", tt.accept)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			check(t, "status", w.Code, tt.status)
			check(t, "body", w.Body.String(), tt.body)
			check(t, "type", w.Header().Get("Content-Type"), tt.contentType)
			check(t, "encoding", w.Header().Get("Content-Encoding"), tt.encoding)
			check(t, "caches", w.Header().Get("Cache-Control"), tt.caches)
			check(t, "nosniff", w.Header().Get("X-Content-Type-Options"), "nosniff")
		})
	}
}

func TestPageHasSecurityHeaders(t *testing.T) {
	w := httptest.NewRecorder()
	newHandler(built()).ServeHTTP(w, httptest.NewRequest("GET", "/uploads", nil))
	check(t, "policy", w.Header().Get("Content-Security-Policy"), policy)
	check(t, "frames", w.Header().Get("X-Frame-Options"), "DENY")
	check(t, "referrer", w.Header().Get("Referrer-Policy"), "same-origin")
}

func TestUnchangedPageIsNotSentAgain(t *testing.T) {
	handler := newHandler(built())
	first := httptest.NewRecorder()
	handler.ServeHTTP(first, httptest.NewRequest("GET", "/", nil))

	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("If-None-Match", `"other", W/`+first.Header().Get("ETag"))
	second := httptest.NewRecorder()
	handler.ServeHTTP(second, r)
	check(t, "status", second.Code, http.StatusNotModified)
	check(t, "length", second.Body.Len(), 0)
}

func TestEncodingsHaveTheirOwnEntityTags(t *testing.T) {
	handler := newHandler(built())
	tags := map[string]bool{}
	for _, accept := range []string{"", "gzip", "br"} {
		r := httptest.NewRequest("GET", "/assets/a-1.js", nil)
		r.Header.Set("Accept-Encoding", accept)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		tags[w.Header().Get("ETag")] = true
	}
	check(t, "distinct tags", len(tags), 3)
}

func TestWithoutABuiltPage(t *testing.T) {
	w := httptest.NewRecorder()
	newHandler(fstest.MapFS{".gitkeep": {}}).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	check(t, "status", w.Code, http.StatusServiceUnavailable)
	check(t, "body", w.Body.String(), "this binary was built without the web page: run `make build`\n")
}

func TestEmbeddedHandlerStarts(t *testing.T) {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusOK && w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 200 with a built page or 503 without", w.Code)
	}
}

func check[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
