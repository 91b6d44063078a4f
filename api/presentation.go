package api

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"pawl"
	"pawl/api/problem"
	"pawl/mediatype"
)

// presentation is how a file's bytes are sent.
type presentation struct {
	contentType string
	policy      string // its Content-Security-Policy
	inline      bool   // it may be shown in place
}

// kind is the disposition type of a file that is sent so (RFC 6266 §4.2).
func (p presentation) kind(download bool) string {
	if p.inline && !download {
		return "inline"
	}
	return "attachment"
}

// The policies of user content. A browser that opens an image or a film by itself
// makes a page around it, which loads it once more and styles it.
const (
	sandbox      = "sandbox; default-src 'none'"
	mediaSandbox = sandbox + "; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
)

// shown are the canonical types that browsers show in place without running
// anything of them. Not among them: SVG, HTML and XML, which hold scripts, and PDF,
// which no browser shows inside a sandbox.
var shown = map[string]bool{
	"image/png": true, "image/apng": true, "image/jpeg": true, "image/gif": true, "image/webp": true,
	"image/avif": true, "image/bmp": true, "image/x-icon": true, "image/jxl": true, "image/tiff": true,
	"image/heic": true, "image/heif": true,

	"audio/mpeg": true, "audio/mp4": true, "audio/aac": true, "audio/ogg": true, "audio/wav": true,
	"audio/flac": true, "audio/webm": true, "audio/midi": true, "audio/aiff": true, "audio/3gpp": true,
	"audio/3gpp2": true, "audio/matroska": true,

	"video/mp4": true, "video/webm": true, "video/ogg": true, "video/quicktime": true, "video/matroska": true,
	"video/x-m4v": true, "video/mpeg": true, "video/x-msvideo": true, "video/3gpp": true, "video/3gpp2": true,
}

// runnable are the canonical types under which a page of this origin could load
// content as its own script or style: a Content-Security-Policy of 'self' would be
// worth nothing. The names of ECMAScript (RFC 9239 and the HTML standard) are all one.
var runnable = map[string]bool{
	"text/javascript": true, "application/wasm": true, "text/css": true, "text/xsl": true, "application/xslt+xml": true,
}

// present decides how a file of this type is sent. The charset, if it is not empty,
// is that of its bytes if they are text.
func present(mediaType, charset string) presentation {
	canonical := mediatype.Canonical(mediaType)
	contentType := mime.FormatMediaType(canonical, nil)
	switch {
	case !strings.Contains(contentType, "/"), runnable[canonical]:
		return presentation{mediatype.Generic, sandbox, false}
	case isShownAsText(canonical):
		return presentation{textType(charset), sandbox, true}
	case shown[canonical]:
		return presentation{contentType, mediaSandbox, true}
	default:
		return presentation{contentType, sandbox, false}
	}
}

// isShownAsText reports whether files of a type are sent as plain text, which every
// browser shows in place: of other kinds of text, most only offer to save them.
func isShownAsText(mediaType string) bool {
	switch mediatype.Canonical(mediaType) {
	case "application/json", "application/x-ndjson", "application/x-subrip", "message/rfc822":
		return false // programs look for these under their own names
	}
	return mediatype.IsInertText(mediaType)
}

func textType(charset string) string {
	if charset == "" {
		return "text/plain"
	}
	return mime.FormatMediaType("text/plain", map[string]string{"charset": charset})
}

// destinations are what content may be fetched for (Fetch Metadata, Sec-Fetch-Dest):
// to be saved, shown, played or read by a script of the page. Scripts, workers,
// styles and the rest, known and unknown, are the page's own.
var destinations = []string{
	"", "document", "empty", "image", "audio", "video", "track", "frame", "iframe", "embed", "object",
}

// checkDestination refuses a request by which a page would make content a part of
// itself. Clients that are no browsers, and old browsers, do not say what for they
// ask: to them, nothing is of a type that could run.
func checkDestination(r *http.Request) error {
	if slices.Contains(destinations, r.Header.Get("Sec-Fetch-Dest")) {
		return nil
	}
	return problem.New(http.StatusForbidden, pawl.Forbidden, "content cannot be used as a script, a worker, a style or the like")
}
