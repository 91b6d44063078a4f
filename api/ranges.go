package api

import (
	"fmt"
	"math"
	"net/http"
	"strings"
)

// maxRanges is the maximum number of ranges in a request. Requests with more get the whole
// file, as RFC 9110 §14.2 allows for ranges that may be an attack.
const maxRanges = 16

// withSaneRange returns r with a Range header that [http.ServeContent] handles as in RFC
// 9110 §14, for a file of the given size in bytes, or without one if it must be ignored.
func withSaneRange(r *http.Request, size int64) *http.Request {
	requested := r.Header.Get("Range")
	unit, list, ok := strings.Cut(requested, "=")
	switch {
	case requested == "":
		return r
	case !ok, !strings.EqualFold(unit, "bytes"): // other units are ignored (§14.2)
		return withRange(r, "")
	case r.Method != http.MethodGet: // ranges are defined only for GET (§14.2)
		return withRange(r, "")
	case size == 0: // no range can be satisfied
		return withRange(r, "")
	case strings.Count(list, ",") >= maxRanges:
		return withRange(r, "")
	}
	return withRange(r, "bytes="+saneRanges(list))
}

// saneRanges removes ranges that are unsatisfiable but accepted by net/http, and reduces
// numbers that net/http cannot parse to the largest int64.
func saneRanges(list string) string {
	if !strings.Contains(list, "-") {
		return list
	}
	var kept []string
	for spec := range strings.SplitSeq(list, ",") {
		first, last, _ := strings.Cut(strings.TrimSpace(spec), "-")
		if isEmptySuffix(spec) {
			continue
		}
		if strings.Contains(spec, "-") {
			spec = position64(first) + "-" + position64(last)
		}
		kept = append(kept, spec)
	}
	if len(kept) == 0 {
		kept = append(kept, fmt.Sprintf("%d-", math.MaxInt64)) // always unsatisfiable
	}
	return strings.Join(kept, ",")
}

// position64 returns the number in digits, reduced to the largest int64. It returns
// anything else unchanged.
func position64(digits string) string {
	digits = strings.TrimSpace(digits)
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return digits
	}
	short := strings.TrimLeft(digits, "0")
	largest := fmt.Sprint(math.MaxInt64)
	switch {
	case short == "":
		return "0"
	case len(short) > len(largest), len(short) == len(largest) && short > largest:
		return largest
	}
	return short
}

// isEmptySuffix reports whether a range is a suffix of length 0, which is unsatisfiable
// (RFC 9110 §14.1.2); net/http would send a Content-Range that ends before it starts.
func isEmptySuffix(spec string) bool {
	suffix, isSuffix := strings.CutPrefix(strings.TrimSpace(spec), "-")
	suffix = strings.TrimSpace(suffix)
	return isSuffix && suffix != "" && strings.Trim(strings.TrimPrefix(suffix, "+"), "0") == ""
}

// withRange returns r with the given Range header, or without one if it is "".
func withRange(r *http.Request, ranges string) *http.Request {
	r = r.Clone(r.Context())
	r.Header.Del("Range")
	if ranges != "" {
		r.Header.Set("Range", ranges)
	}
	return r
}
