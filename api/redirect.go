package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"pawl"
	"pawl/mediatype"
)

// Redirects has downloads come from the storage itself, or from what stands in
// front of it, rather than through this server.
type Redirects struct {
	// Link is a URL at which whoever has it gets the file's bytes for a short time,
	// with these headers if that is possible.
	Link func(ctx context.Context, f pawl.File, contentType, disposition string) (url string, err error)
	// Always redirects where the request does not say redirect=false; else only those
	// that say redirect=true are.
	Always bool
}

// wanted reports whether this request is to be answered with a redirect. HEAD is
// not: the other server's answer to it would not be ours to describe.
func (c *Redirects) wanted(r *http.Request) bool {
	if c == nil || r.Method != http.MethodGet {
		return false
	}
	asked, err := strconv.ParseBool(r.URL.Query().Get("redirect"))
	if err != nil {
		return c.Always
	}
	return asked
}

// redirect answers with where the bytes are. That they are there was looked up
// before, so that nobody is sent to an error of the storage's.
func (d download) redirect(w http.ResponseWriter, r *http.Request, f pawl.File, how presentation) {
	contentType, disposition := describeElsewhere(f, how, says(r, "download"))
	to, err := d.Redirects.Link(r.Context(), f, contentType, disposition)
	if err != nil {
		refuseDownload(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store") // it is good for a short time, and for whoever asked
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusTemporaryRedirect)
	if asksForStart(r.Header.Get("Range")) {
		d.count(r, f)
	}
}

// describeElsewhere is what [describe] says of a file, for an answer that can have
// neither nosniff nor a sandbox: what is not known to be harmless is only to be
// saved, and is called nothing a browser could run.
func describeElsewhere(f pawl.File, how presentation, download bool) (contentType, dispositionOf string) {
	if !how.inline {
		how.contentType = mediatype.Generic
	}
	return how.contentType, disposition(how.kind(download), f.Name)
}

// asksForStart reports whether a request is for the file's first bytes, so that who
// reads on in ranges counts once. The first byte or two are how players ask whether
// ranges work, as in [beginsFile].
func asksForStart(ranges string) bool {
	switch ranges {
	case "":
		return true
	case "bytes=0-0", "bytes=0-1":
		return false
	}
	return strings.HasPrefix(ranges, "bytes=0-")
}
