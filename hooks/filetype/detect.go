package filetype

import (
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"pawl"
)

// generic is the type of bytes that nothing is known of.
const generic = "application/octet-stream"

// Detect finds the media type of content in its first bytes, without parameters:
// [pawl.HeadBytes] of them are looked at. It is a [pawl.Gates] Detect function.
func Detect(head []byte) string {
	if len(head) == 0 {
		return generic
	}
	// The limit is a global of the library, and tells it whether the bytes are a
	// whole file or the head of one: JSON cut off is JSON only in the latter. To
	// say it every time costs one atomic store and needs no init.
	mimetype.SetLimit(pawl.HeadBytes)
	return base(mimetype.Detect(head).String())
}

// base is a media type in lower case and without its parameters.
func base(mediaType string) string {
	t, _, _ := strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

func isGeneric(mediaType string) bool {
	switch mediaType {
	case "", generic, "binary/octet-stream", "application/unknown", "application/x-unknown":
		return true
	}
	return false
}
