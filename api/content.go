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

// DownloadConfig configures the download handler. Metrics may be nil.
type DownloadConfig struct {
	Files   *files.Service
	Metrics *metrics.Metrics
	// Redirects redirects downloads to the storage; may be nil.
	Redirects *Redirects
	// Stall is how long a download may make no progress before it is aborted; 2 minutes
	// if zero.
	Stall time.Duration
}

// Download returns a handler that serves the bytes of a file. Its id is the {id} of the
// route, or else the last path segment. The tus handler uses it too, for clients that
// download from the URL of the upload.
func Download(c DownloadConfig) http.Handler { return download(c) }

type download DownloadConfig

const defaultStall = 2 * time.Minute

func (d download) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Sec-Fetch-Dest")
	if err := checkDestination(r); err != nil {
		writeDownloadError(w, r, err)
		return
	}
	id, err := fileID(idOf(r))
	if err != nil {
		writeDownloadError(w, r, err)
		return
	}
	file, bytes, err := d.Files.Open(r.Context(), auth.From(r.Context()), id)
	if err != nil {
		writeDownloadError(w, r, err)
		return
	}
	defer bytes.Close()
	how, all, err := presentationOf(r, file, bytes)
	switch {
	case err != nil:
		writeDownloadError(w, r, err)
	case d.Redirects.wanted(r):
		d.redirect(w, r, file, how)
	default:
		d.serve(w, r, file, how, all)
	}
}

// presentationOf returns how to send a file, and a reader of all its bytes. The charset
// of a text depends on its first bytes, which it reads.
func presentationOf(r *http.Request, f pawl.File, bytes io.ReadSeeker) (presentation, io.ReadSeeker, error) {
	if !isShownAsText(f.MediaType) || revalidates(r, f) {
		return present(f.MediaType, ""), bytes, nil
	}
	head, all, err := peek(bytes, f.Size)
	if err != nil {
		return presentation{}, nil, err
	}
	return present(f.MediaType, charsetOf(head, f.DeclaredType)), all, nil
}

// revalidates reports whether the client has the file in its cache and only asks
// whether it is still current.
func revalidates(r *http.Request, f pawl.File) bool {
	return strings.Contains(r.Header.Get("If-None-Match"), etag(f))
}

func idOf(r *http.Request) string {
	if id := chi.URLParam(r, "id"); id != "" {
		return id
	}
	return path.Base(r.URL.Path)
}

// serve sends the file. [http.ServeContent] handles ranges, conditions and HEAD (RFC 9110
// §13, §14), and sends an *os.File by sendfile.
func (d download) serve(w http.ResponseWriter, r *http.Request, f pawl.File, how presentation, bytes io.ReadSeeker) {
	describe(w.Header(), f, how, isTrue(r, "download"))
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

// count counts a download, unless it is a preview.
func (d download) count(r *http.Request, f pawl.File) {
	if !isTrue(r, "preview") {
		d.Files.CountDownload(f.ID)
	}
}

// describe sets the headers of a download. Content is untrusted: the headers prevent
// browsers from executing it, and only types that are displayed without executing
// anything are inline.
func describe(h http.Header, f pawl.File, how presentation, download bool) {
	h.Set("Content-Type", how.contentType)
	h.Set("Content-Disposition", disposition(how.kind(download), f.Name))
	h.Set("Content-Security-Policy", how.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache") // revalidate each time: it may be deleted
	h.Set("Etag", etag(f))
	if f.Digested() {
		h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(f.SHA256[:])+":") // RFC 9530 §3
	}
}

// etag returns the entity tag of a file: its id, as its bytes never change.
func etag(f pawl.File) string { return `"` + string(f.ID) + `"` }

// isTrue reports whether a query parameter is a true boolean.
func isTrue(r *http.Request, parameter string) bool {
	yes, err := strconv.ParseBool(r.URL.Query().Get(parameter))
	return err == nil && yes
}
