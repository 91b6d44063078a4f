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

// withSaneRange returns r with a Range that [http.ServeContent] answers as RFC 9110
// §14 has it, for a file of this size, or without one where it is to be ignored.
func withSaneRange(r *http.Request, size int64) *http.Request {
	asked := r.Header.Get("Range")
	unit, list, ok := strings.Cut(asked, "=")
	switch {
	case asked == "":
		return r
	case !ok, !strings.EqualFold(unit, "bytes"): // another unit is to be ignored (§14.2)
		return withRange(r, "")
	case r.Method != http.MethodGet: // ranges are defined for GET alone (§14.2)
		return withRange(r, "")
	case size == 0: // no range can be satisfied, and there is nothing to save
		return withRange(r, "")
	case strings.Count(list, ",") >= maxRanges:
		return withRange(r, "")
	}
	return withRange(r, "bytes="+saneRanges(list))
}

// saneRanges leaves out of a list of ranges what nothing can satisfy but net/http
// would, and cuts numbers that it would not read to the largest that it does.
func saneRanges(list string) string {
	if !strings.Contains(list, "-") {
		return list
	}
	var kept []string
	for spec := range strings.SplitSeq(list, ",") {
		first, last, _ := strings.Cut(strings.TrimSpace(spec), "-")
		if isLastNothing(spec) {
			continue
		}
		if strings.Contains(spec, "-") {
			spec = position64(first) + "-" + position64(last)
		}
		kept = append(kept, spec)
	}
	if len(kept) == 0 {
		kept = append(kept, fmt.Sprintf("%d-", math.MaxInt64)) // no file reaches this far
	}
	return strings.Join(kept, ",")
}

// position64 returns the digits of a number that an int64 can hold, and the largest
// of those in place of a larger one. It returns what is no number as it is.
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

// isLastNothing reports whether a range is that of the last no bytes, which cannot be
// had (RFC 9110 §14.1.2); net/http answers with one that ends before it begins.
func isLastNothing(spec string) bool {
	suffix, isSuffix := strings.CutPrefix(strings.TrimSpace(spec), "-")
	suffix = strings.TrimSpace(suffix)
	return isSuffix && suffix != "" && strings.Trim(strings.TrimPrefix(suffix, "+"), "0") == ""
}

// withRange returns r with another Range, or none.
func withRange(r *http.Request, ranges string) *http.Request {
	r = r.Clone(r.Context())
	r.Header.Del("Range")
	if ranges != "" {
		r.Header.Set("Range", ranges)
	}
	return r
}
