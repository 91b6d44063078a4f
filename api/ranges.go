package api

import (
	"fmt"
	"math"
	"net/http"
	"strings"
)

// maxRanges is how many ranges of a file one request may ask for. Who asks for
// more, or for more bytes than there are, gets the whole file, as RFC 9110 §14.2
// lets a server do with ranges that look like an attack.
const maxRanges = 16

// withBoundedRanges is r, without its Range if that has too many.
func withBoundedRanges(r *http.Request) *http.Request {
	asked := r.Header.Get("Range")
	switch {
	case strings.Count(asked, ",") >= maxRanges:
		r = r.Clone(r.Context())
		r.Header.Del("Range")
	case strings.TrimSpace(asked) == "bytes=-0":
		// The last no bytes cannot be had (RFC 9110 §14.1.2); net/http answers with
		// a range that ends before it begins. No file reaches this far.
		r = r.Clone(r.Context())
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", math.MaxInt64))
	}
	return r
}
