package api

import (
	"cmp"
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"pawl"
	"pawl/api/auth"
	"pawl/api/metrics"
)

// DownloadConfig is what downloads need. Metrics and Redirects may be nil.
type DownloadConfig struct {
	Files   *pawl.Files
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
	if d.Redirects.wanted(r) {
		d.redirect(w, r, file)
		return
	}
	d.serve(w, r, file, bytes)
}

func idOf(r *http.Request) string {
	if id := chi.URLParam(r, "id"); id != "" {
		return id
	}
	return path.Base(r.URL.Path)
}

// serve leaves ranges, conditions and HEAD to [http.ServeContent] (RFC 9110 §13,
// §14). The reader goes in as it is: an *os.File comes out by sendfile.
func (d download) serve(w http.ResponseWriter, r *http.Request, f pawl.File, bytes io.ReadSeeker) {
	describe(w.Header(), f, wantsDownload(r))
	out := newPaced(w, r, cmp.Or(d.Stall, defaultStall))
	defer out.done()
	http.ServeContent(out, withBoundedRanges(r), "", f.CreatedAt, bytes)
	if d.Metrics != nil {
		d.Metrics.Downloaded(out.sent)
	}
	if out.servedFrom0() {
		d.Files.CountDownload(f.ID)
	}
}

// describe sets the headers of a file's bytes. Whatever is in them came from
// somewhere: nothing of it may run, and only what browsers show without running
// anything is shown in place.
func describe(h http.Header, f pawl.File, download bool) {
	contentType, policy, inline := presentation(f.MediaType)
	kind := "attachment"
	if inline && !download {
		kind = "inline"
	}
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", disposition(kind, f.Name))
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache") // keep it, but ask each time: it may be deleted
	h.Set("Etag", `"`+string(f.ID)+`"`)         // its bytes never change
	if f.Digested() {
		h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(f.SHA256[:])+":") // RFC 9530 §3
	}
}

func wantsDownload(r *http.Request) bool {
	yes, err := strconv.ParseBool(r.URL.Query().Get("download"))
	return err == nil && yes
}

// The policies of user content. A browser that opens an image or a film by itself
// makes a page around it, which loads it once more and styles it.
const (
	sandbox      = "sandbox; default-src 'none'"
	mediaSandbox = sandbox + "; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
)

// shown are the types that browsers show in place without running anything of
// them. Not among them: SVG, HTML and XML, which hold scripts, and PDF, which no
// browser shows inside a sandbox.
var shown = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/avif": true,
	"image/bmp": true, "image/x-icon": true, "image/vnd.microsoft.icon": true, "image/vnd.mozilla.apng": true,
	"image/apng": true, "image/jxl": true, "image/tiff": true, "image/heic": true, "image/heif": true,

	"audio/mpeg": true, "audio/mp4": true, "audio/x-m4a": true, "audio/aac": true, "audio/ogg": true,
	"audio/opus": true, "audio/wav": true, "audio/x-wav": true, "audio/flac": true, "audio/webm": true,
	"audio/midi": true, "audio/aiff": true,

	"video/mp4": true, "video/webm": true, "video/ogg": true, "video/quicktime": true, "video/x-matroska": true,
	"video/x-m4v": true, "video/mpeg": true, "video/x-msvideo": true, "video/3gpp": true, "video/3gpp2": true,
}

// presentation is how a file of this type is sent: its Content-Type, its policy,
// and whether it may be shown in place.
func presentation(mediaType string) (contentType, policy string, inline bool) {
	base, _, err := mime.ParseMediaType(mediaType)
	switch {
	case err != nil || !strings.Contains(base, "/"):
		return "application/octet-stream", sandbox, false
	case base == "text/plain":
		return textType(mediaType), sandbox, true
	case shown[base]:
		return base, mediaSandbox, true
	default:
		return mime.FormatMediaType(base, nil), sandbox, false
	}
}

// textType keeps the encoding that was found where it is one of Unicode; browsers
// would guess at anything else.
func textType(mediaType string) string {
	_, params, _ := mime.ParseMediaType(mediaType)
	switch charset := strings.ToLower(params["charset"]); charset {
	case "utf-16le", "utf-16be":
		return "text/plain; charset=" + charset
	}
	return "text/plain; charset=utf-8"
}
