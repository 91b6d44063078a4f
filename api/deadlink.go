package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"pawl/api/problem"
)

//go:embed deadlink.html
var deadLinkHTML string

//go:embed deadlink.css
var deadLinkCSS string

var deadLinkTemplate = template.Must(template.New("dead link").Parse(deadLinkHTML))

// deadLinkPolicy is a Content-Security-Policy that only allows the inline style sheet of
// the page, by its hash.
var deadLinkPolicy = func() string {
	sum := sha256.Sum256([]byte(deadLinkCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// writeDownloadError answers a failed download: with a page if the client is a browser
// that follows a link, else with a problem.
func writeDownloadError(w http.ResponseWriter, r *http.Request, err error) {
	h := w.Header()
	h.Add("Vary", "Accept")
	if !prefersHTML(r) {
		problem.Write(w, r, err)
		return
	}
	problem.Note(r.Context(), err)
	p := problem.Of(err)
	var page bytes.Buffer
	if err := deadLinkTemplate.Execute(&page, deadLink{
		Problem: p, CSS: template.CSS(deadLinkCSS), //nolint:gosec // embedded, not user input
		Start: strings.Repeat("../", max(0, strings.Count(r.URL.Path, "/")-1)), RequestID: h.Get(problem.RequestIDHeader),
	}); err != nil {
		problem.Write(w, r, err)
		return
	}
	problem.SetRetryAfter(h, p.Status)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	h.Set("Content-Security-Policy", deadLinkPolicy)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_, _ = page.WriteTo(w) // an error means that the client is gone
}

// deadLink is the data of the page. Start is a relative link to the start page, since a
// proxy may serve Pawl below a path.
type deadLink struct {
	*problem.Problem
	CSS       template.CSS
	Start     string
	RequestID string
}

// Gone reports whether the file does not exist, or no longer.
func (d deadLink) Gone() bool {
	return d.Status == http.StatusNotFound || d.Status == http.StatusGone
}

// prefersHTML reports whether a browser navigates to the URL: only then Accept has
// text/html.
func prefersHTML(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		mediaType, _, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(mediaType), "text/html") {
			return true
		}
	}
	return false
}
