package api

import (
	"net/http"
	"strings"
)

// maxRanges is how many ranges of a file one request may ask for. Who asks for
// more, or for more bytes than there are, gets the whole file, as RFC 9110 §14.2
// lets a server do with ranges that look like an attack.
const maxRanges = 16

// withBoundedRanges is r, without its Range if that has too many.
func withBoundedRanges(r *http.Request) *http.Request {
	if strings.Count(r.Header.Get("Range"), ",") < maxRanges {
		return r
	}
	r = r.Clone(r.Context())
	r.Header.Del("Range")
	return r
}
