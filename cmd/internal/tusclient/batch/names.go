package batch

import (
	"strings"
	"unicode"
)

// cleanName returns a file's name, or its path with slashes, as any tus server can take it: bytes that are no
// UTF-8, as in names of an old encoding, become U+FFFD, and control characters go.
func cleanName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
}
