// Package frontend serves Pawl's web page out of the binary.
package frontend

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// dist is what `npm run build` wrote. A checkout has only its .gitkeep, so that the binary builds without Node.
//
//go:embed all:dist
var dist embed.FS

// policy allows the page its own files, previews made from blobs, and nothing from elsewhere.
const policy = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; " +
	"frame-src 'self' blob:; style-src 'self'; script-src 'self'; connect-src 'self'; worker-src 'self' blob:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page: hashed files under /assets/ for ever, other files and index.html after asking again.
// Every path that is no file gets index.html, because the page keeps its state in the URL; a missing file under
// /assets/ is a 404, so that an old page never takes HTML for a script. Without a built page it answers 503.
func Handler() http.Handler {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path: go:embed has just checked it
	}
	return newHandler(root)
}

// newHandler reads all of root once; the page is a few hundred kilobytes.
func newHandler(root fs.FS) http.Handler {
	p := &page{files: map[string]file{}}
	_ = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || hidden(name) {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		p.add(name, body)
		return nil
	})
	return p
}

// file is one file of the page in its encodings; plain is always there.
type file struct {
	plain, gzip, br []byte
	etag            string
}

type page struct{ files map[string]file }

func (p *page) add(name string, body []byte) {
	ext := path.Ext(name)
	plainName := name
	if ext == ".gz" || ext == ".br" {
		plainName = strings.TrimSuffix(name, ext)
	}
	f := p.files[plainName]
	switch ext {
	case ".gz":
		f.gzip = body
	case ".br":
		f.br = body
	default:
		sum := sha256.Sum256(body)
		f.plain, f.etag = body, hex.EncodeToString(sum[:8])
	}
	p.files[plainName] = f
}

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "the page can only be read", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	f, ok := p.files[name]
	switch {
	case ok && f.plain != nil && strings.HasPrefix(name, "assets/"):
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	case ok && f.plain != nil:
		h.Set("Cache-Control", "no-cache")
	case strings.HasPrefix(name, "assets/"):
		h.Set("Cache-Control", "no-store")
		http.Error(w, "no such file; the page may have been updated: reload it", http.StatusNotFound)
		return
	default:
		name, f = "index.html", p.files["index.html"]
		h.Set("Cache-Control", "no-cache")
	}
	if f.plain == nil {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "this binary was built without the web page: run `make build`", http.StatusServiceUnavailable)
		return
	}
	if name == "index.html" {
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	}
	f.write(w, r, name)
}

// write answers with the smallest encoding that the client takes, or 304 (RFC 9110, section 13.1.2).
func (f file) write(w http.ResponseWriter, r *http.Request, name string) {
	body, encoding := f.plain, ""
	accept := r.Header.Get("Accept-Encoding")
	switch {
	case f.br != nil && accepts(accept, "br"):
		body, encoding = f.br, "br"
	case f.gzip != nil && accepts(accept, "gzip"):
		body, encoding = f.gzip, "gzip"
	}
	h := w.Header()
	etag := fmt.Sprintf("%q", strings.TrimSuffix(f.etag+"-"+encoding, "-"))
	h.Set("ETag", etag)
	h.Add("Vary", "Accept-Encoding")
	if match(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Content-Type", contentType(name))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the client went away: nobody is left to tell
	}
}

// accepts reports whether an Accept-Encoding value names the coding and does not refuse it with q=0.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !ok {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err == nil && weight > 0
	}
	return false
}

// match reports whether an If-None-Match value names the entity tag.
func match(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == etag || part == "*" {
			return true
		}
	}
	return false
}

// contentType knows the page's own kinds of file, so that the machine's MIME table has no say.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// hidden reports whether a path has a part that begins with a dot: build notes, not page.
func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part != "." && strings.HasPrefix(part, ".") {
			return true
		}
	}
	return false
}
