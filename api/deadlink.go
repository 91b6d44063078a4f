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

// deadLinkPolicy allows the page its own style sheet, by what it says, and nothing else.
var deadLinkPolicy = func() string {
	sum := sha256.Sum256([]byte(deadLinkCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// refuseDownload answers a download that fails: programs get a problem, and people
// who opened a link in a browser a page that they can read.
func refuseDownload(w http.ResponseWriter, r *http.Request, err error) {
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
		Problem: p, CSS: template.CSS(deadLinkCSS), //nolint:gosec // it is ours
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
	_, _ = page.WriteTo(w) // the client is gone: nobody is left to tell
}

// deadLink is what the page shows. Start leads to the start of the page, also where a
// proxy serves Pawl below a path of its own.
type deadLink struct {
	*problem.Problem
	CSS       template.CSS
	Start     string
	RequestID string
}

// Gone reports whether there is no such file, or none any more.
func (d deadLink) Gone() bool {
	return d.Status == http.StatusNotFound || d.Status == http.StatusGone
}

// prefersHTML reports whether a request comes from somebody who opened a link in a
// browser: those name text/html, and programs do not.
func prefersHTML(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		mediaType, _, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(mediaType), "text/html") {
			return true
		}
	}
	return false
}
