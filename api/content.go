package api

import (
	"cmp"
	"encoding/base64"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"pawl"
	"pawl/api/auth"
	"pawl/api/metrics"
	"pawl/files"
)

// DownloadConfig is what downloads need. Metrics and Redirects may be nil.
type DownloadConfig struct {
	Files   *files.Service
	Metrics *metrics.Metrics
	// Redirects is where else the bytes are; nil: nowhere that people could get at.
	Redirects *Redirects
	// Stall is how long a reader may take nothing before it is cut: 2 minutes if zero.
	Stall time.Duration
}

// Download serves the bytes of the file whose id is the {id} of the route, or
// else the last part of the path. Protocol handlers use it too, for clients that
// download from the URL they uploaded to.
func Download(c DownloadConfig) http.Handler { return download(c) }

type download DownloadConfig

const defaultStall = 2 * time.Minute

func (d download) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Sec-Fetch-Dest")
	if err := checkDestination(r); err != nil {
		refuseDownload(w, r, err)
		return
	}
	id, err := fileID(idOf(r))
	if err != nil {
		refuseDownload(w, r, err)
		return
	}
	file, bytes, err := d.Files.Open(r.Context(), auth.From(r.Context()), id)
	if err != nil {
		refuseDownload(w, r, err)
		return
	}
	defer bytes.Close()
	how, all, err := look(r, file, bytes)
	switch {
	case err != nil:
		refuseDownload(w, r, err)
	case d.Redirects.wanted(r):
		d.redirect(w, r, file, how)
	default:
		d.serve(w, r, file, how, all)
	}
}

// look decides how a file is sent, which of texts its first bytes decide. It returns
// a reader of all its bytes.
func look(r *http.Request, f pawl.File, bytes io.ReadSeeker) (presentation, io.ReadSeeker, error) {
	if !isShownAsText(f.MediaType) || hasFile(r, f) {
		return present(f.MediaType, ""), bytes, nil
	}
	head, all, err := peek(bytes, f.Size)
	if err != nil {
		return presentation{}, nil, err
	}
	return present(f.MediaType, charsetOf(head, f.DeclaredType)), all, nil
}

// hasFile reports whether a request comes from somebody who has the file already, and
// asks whether it is still the same.
func hasFile(r *http.Request, f pawl.File) bool {
	return strings.Contains(r.Header.Get("If-None-Match"), etag(f))
}

func idOf(r *http.Request) string {
	if id := chi.URLParam(r, "id"); id != "" {
		return id
	}
	return path.Base(r.URL.Path)
}

// serve leaves ranges, conditions and HEAD to [http.ServeContent] (RFC 9110 §13,
// §14). The reader goes in as it is: an *os.File comes out by sendfile.
func (d download) serve(w http.ResponseWriter, r *http.Request, f pawl.File, how presentation, bytes io.ReadSeeker) {
	describe(w.Header(), f, how, says(r, "download"))
	out := newDownloadWriter(w, r, cmp.Or(d.Stall, defaultStall))
	defer out.finish()
	http.ServeContent(out, withSaneRange(r, f.Size), "", f.CreatedAt, bytes)
	if d.Metrics != nil {
		d.Metrics.Downloaded(out.sent)
	}
	if out.servedFrom0() {
		d.count(r, f)
	}
}

// count counts a download, which a preview is not.
func (d download) count(r *http.Request, f pawl.File) {
	if !says(r, "preview") {
		d.Files.CountDownload(f.ID)
	}
}

// describe sets the headers of a file's bytes. Whatever is in them came from
// somewhere: nothing of it may run, and only what browsers show without running
// anything is shown in place.
func describe(h http.Header, f pawl.File, how presentation, download bool) {
	h.Set("Content-Type", how.contentType)
	h.Set("Content-Disposition", disposition(how.kind(download), f.Name))
	h.Set("Content-Security-Policy", how.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache") // keep it, but ask each time: it may be deleted
	h.Set("Etag", etag(f))
	if f.Digested() {
		h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(f.SHA256[:])+":") // RFC 9530 §3
	}
}

// etag is a file's id, as its bytes never change.
func etag(f pawl.File) string { return `"` + string(f.ID) + `"` }

// says reports whether a parameter of the request's query is true.
func says(r *http.Request, parameter string) bool {
	yes, err := strconv.ParseBool(r.URL.Query().Get(parameter))
	return err == nil && yes
}
