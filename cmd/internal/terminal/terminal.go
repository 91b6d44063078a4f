// Package terminal makes untrusted text safe to print.
package terminal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Safe returns text as one line without terminal control sequences: control characters,
// line breaks, bidirectional controls and other invisible characters become \uXXXX, and
// invalid UTF-8 becomes \xXX. It is used for file names and text from servers.
//
// The result for JSON is equivalent JSON.
func Safe(text string) string {
	if isPlain(text) {
		return text
	}
	var out strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && isInvalid(text[i:]):
			fmt.Fprintf(&out, `\x%02x`, text[i])
		case isUnsafe(r):
			out.WriteString(escaped(r))
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// SafeLines returns text of several lines, each made safe by [Safe].
func SafeLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = Safe(line)
	}
	return strings.Join(lines, "\n")
}

func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// isInvalid reports whether text, which decodes to U+FFFD, starts with invalid UTF-8
// rather than with that character.
func isInvalid(text string) bool {
	_, size := utf8.DecodeRuneInString(text)
	return size == 1
}

// isUnsafe reports whether r is a control or an invisible character. The joiners U+200C
// and U+200D are allowed: they are used in Persian, Hindi and emoji.
func isUnsafe(r rune) bool {
	if r == '\u200C' || r == '\u200D' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// escaped returns r as an escape sequence of JSON.
func escaped(r rune) string {
	if r > 0xFFFF {
		high, low := utf16.EncodeRune(r)
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
