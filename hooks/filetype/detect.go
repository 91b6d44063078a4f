package filetype

import (
	"github.com/gabriel-vasile/mimetype"

	"pawl"
	"pawl/mediatype"
)

// Detect returns the canonical media type, without parameters, of content with the given
// first [pawl.HeadBytes] bytes. It is a Detect function of [pawl.Gates].
func Detect(head []byte) string {
	if len(head) == 0 {
		return mediatype.Generic
	}
	// The limit is a package variable of the library. With it the library knows whether
	// the bytes are a whole file or the head of one: truncated JSON is JSON only in the
	// latter. Setting it every time costs one atomic store and avoids an init function.
	mimetype.SetLimit(pawl.HeadBytes)
	found := mediatype.Canonical(mimetype.Detect(head).String())
	switch found {
	case "text/html", "text/plain", "text/xml":
		if isSVG(head) {
			return "image/svg+xml"
		}
	}
	return found
}

// isKnown reports whether the type can be detected.
func isKnown(mediaType string) bool { return mimetype.Lookup(mediaType) != nil }
