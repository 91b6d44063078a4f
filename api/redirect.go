package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"pawl"
	"pawl/mediatype"
)

// Redirects redirects downloads to the storage or to a CDN in front of it.
type Redirects struct {
	// Link returns a URL that is valid for a short time and needs no credentials. The
	// response there has the given headers, if the storage supports that.
	Link func(ctx context.Context, f pawl.File, contentType, disposition string) (url string, err error)
	// Always redirects all downloads except those with redirect=false. Otherwise only
	// those with redirect=true are redirected.
	Always bool
}

// wanted reports whether to redirect a request. HEAD is never redirected, since the
// headers of the storage would differ.
func (c *Redirects) wanted(r *http.Request) bool {
	if c == nil || r.Method != http.MethodGet {
		return false
	}
	requested, err := strconv.ParseBool(r.URL.Query().Get("redirect"))
	if err != nil {
		return c.Always
	}
	return requested
}

// redirect redirects to the bytes of a file. The caller has checked that they exist, so
// that users do not see an error of the storage.
func (d download) redirect(w http.ResponseWriter, r *http.Request, f pawl.File, how presentation) {
	contentType, disposition := describeRedirect(f, how, isTrue(r, "download"))
	to, err := d.Redirects.Link(r.Context(), f, contentType, disposition)
	if err != nil {
		writeDownloadError(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store") // the link expires and is a credential
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusTemporaryRedirect)
	if asksForStart(r.Header.Get("Range")) {
		d.count(r, f)
	}
}

// describeRedirect returns the headers of a file for a response that has neither nosniff
// nor a sandbox. Types that are not known to be safe are application/octet-stream
// attachments.
func describeRedirect(f pawl.File, how presentation, download bool) (contentType, dispositionOf string) {
	if !how.inline {
		how.contentType = mediatype.Generic
	}
	return how.contentType, disposition(how.kind(download), f.Name)
}

// asksForStart reports whether a request includes the file's first byte, so that a
// download in ranges is counted once. Probes for range support do not count, as in
// [beginsFile].
func asksForStart(ranges string) bool {
	switch ranges {
	case "":
		return true
	case "bytes=0-0", "bytes=0-1":
		return false
	}
	return strings.HasPrefix(ranges, "bytes=0-")
}
