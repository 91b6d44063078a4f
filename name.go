package pawl

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxNameBytes is the longest name a file can have, in bytes of UTF-8.
const MaxNameBytes = 1024

// Unnamed is the name of a file whose client gave none.
const Unnamed = "unnamed"

// CheckName refuses a name that could not be shown: not UTF-8, too long, or with
// control characters. Slashes and dots are fine: a name is for display alone.
func CheckName(name string) error {
	switch {
	case name == "":
		return Errorf(Invalid, "a file name cannot be empty")
	case len(name) > MaxNameBytes:
		return Errorf(Invalid, "a file name can be at most %d bytes long", MaxNameBytes)
	case !utf8.ValidString(name):
		return Errorf(Invalid, "a file name must be valid UTF-8")
	case strings.IndexFunc(name, unicode.IsControl) >= 0:
		return Errorf(Invalid, "a file name cannot hold control characters")
	}
	return nil
}

// IsText reports whether a value is UTF-8 text that can be shown: it may have the
// line breaks and tabs of a caption, and no other control character.
func IsText(value string) bool {
	return utf8.ValidString(value) && strings.IndexFunc(value, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	}) < 0
}

// FoldName is the form names are searched and sorted by: lower case.
func FoldName(name string) string { return strings.ToLower(name) }
