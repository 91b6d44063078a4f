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

// presentation is how the content of a file is sent.
type presentation struct {
	contentType string
	policy      string // Content-Security-Policy
	inline      bool   // may be displayed by the browser
}

// kind returns the disposition type, inline or attachment (RFC 6266 §4.2).
func (p presentation) kind(download bool) string {
	if p.inline && !download {
		return "inline"
	}
	return "attachment"
}

// The policies of user content. A browser that opens an image or a video creates a page
// around it, which loads it again and styles it.
const (
	sandbox      = "sandbox; default-src 'none'"
	mediaSandbox = sandbox + "; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
)

// shown holds the canonical types that browsers display without executing anything. It
// excludes SVG, HTML and XML, which can contain scripts, and PDF, which browsers do not
// display inside a sandbox.
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

// runnable holds the canonical types that a page of this origin could load as a script
// or style sheet, despite a Content-Security-Policy of 'self'. All names of ECMAScript
// (RFC 9239 and the HTML standard) have one canonical name.
var runnable = map[string]bool{
	"text/javascript": true, "application/wasm": true, "text/css": true, "text/xsl": true, "application/xslt+xml": true,
}

// present returns how to send a file of the given media type. The charset is used for
// text and may be empty.
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

// isShownAsText reports whether files of a type are sent as text/plain, which every
// browser displays; most other text types are only offered for saving.
func isShownAsText(mediaType string) bool {
	switch mediatype.Canonical(mediaType) {
	case "application/json", "application/x-ndjson", "application/x-subrip", "message/rfc822":
		return false // programs rely on these types
	}
	return mediatype.IsInertText(mediaType)
}

func textType(charset string) string {
	if charset == "" {
		return "text/plain"
	}
	return mime.FormatMediaType("text/plain", map[string]string{"charset": charset})
}

// destinations are the values of Sec-Fetch-Dest (Fetch Metadata) for which content may be
// fetched: to be saved, displayed, played or read by a script. Scripts, workers, style
// sheets and unknown destinations are not among them.
var destinations = []string{
	"", "document", "empty", "image", "audio", "video", "track", "frame", "iframe", "embed", "object",
}

// checkDestination returns an error if a page would load the content as a part of itself.
// Old browsers and other clients do not send Sec-Fetch-Dest; for them only the media
// type prevents execution.
func checkDestination(r *http.Request) error {
	if slices.Contains(destinations, r.Header.Get("Sec-Fetch-Dest")) {
		return nil
	}
	return problem.New(http.StatusForbidden, pawl.Forbidden, "content cannot be loaded as a script, worker or style sheet")
}
