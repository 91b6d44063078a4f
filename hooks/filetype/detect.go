package filetype

import (
	"github.com/gabriel-vasile/mimetype"

	"pawl"
	"pawl/mediatype"
)

// Detect returns the media type of content, canonical and without parameters, that
// its first [pawl.HeadBytes] bytes show. It is a [pawl.Gates] Detect function.
func Detect(head []byte) string {
	if len(head) == 0 {
		return mediatype.Generic
	}
	// The limit is a global of the library, and tells it whether the bytes are a
	// whole file or the head of one: JSON cut off is JSON only in the latter. To
	// say it every time costs one atomic store and needs no init.
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

// isKnown reports whether magic bytes exist for the type.
func isKnown(mediaType string) bool { return mimetype.Lookup(mediaType) != nil }
