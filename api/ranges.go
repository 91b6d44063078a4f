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

// withBoundedRanges is r, without its Range if that has too many, and without the
// ranges in it that nothing can satisfy but net/http would.
func withBoundedRanges(r *http.Request) *http.Request {
	asked := r.Header.Get("Range")
	list, isBytes := strings.CutPrefix(asked, "bytes=")
	if strings.Count(asked, ",") >= maxRanges {
		return withRange(r, "")
	}
	if !isBytes || !strings.Contains(list, "-") {
		return r
	}
	var kept []string
	for spec := range strings.SplitSeq(list, ",") {
		if !isLastNothing(strings.TrimSpace(spec)) {
			kept = append(kept, spec)
		}
	}
	if len(kept) == 0 {
		kept = append(kept, fmt.Sprintf("%d-", math.MaxInt64)) // no file reaches this far
	}
	return withRange(r, "bytes="+strings.Join(kept, ","))
}

// isLastNothing reports whether a range is that of the last no bytes, which cannot be
// had (RFC 9110 §14.1.2); net/http answers with one that ends before it begins.
func isLastNothing(spec string) bool {
	suffix, isSuffix := strings.CutPrefix(spec, "-")
	suffix = strings.TrimSpace(suffix)
	return isSuffix && suffix != "" && strings.Trim(strings.TrimPrefix(suffix, "+"), "0") == ""
}

// withRange is r with another Range, or none.
func withRange(r *http.Request, ranges string) *http.Request {
	r = r.Clone(r.Context())
	r.Header.Del("Range")
	if ranges != "" {
		r.Header.Set("Range", ranges)
	}
	return r
}
