// Package terminal makes text that others have written safe to print.
package terminal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Safe returns text as one line that a terminal shows and does not obey: control
// characters, line breaks, what turns the direction of writing and other invisible
// characters become \uXXXX, bytes that are no UTF-8 become \xXX. Names of files and
// whatever a server says pass through it before they are printed.
//
// In the output of encoding/json it changes nothing but the spelling.
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

// SafeLines is [Safe] for text of several lines.
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

// isInvalid reports whether text, whose first rune was read as U+FFFD, does not
// begin with that character itself.
func isInvalid(text string) bool {
	_, size := utf8.DecodeRuneInString(text)
	return size == 1
}

// isUnsafe reports whether r moves a cursor or text, or shows nothing. The joiners
// U+200C and U+200D are spelling in Persian and Hindi, and part of emoji.
func isUnsafe(r rune) bool {
	if r == '\u200C' || r == '\u200D' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// escaped returns r as JSON and most programming languages spell it.
func escaped(r rune) string {
	if r > 0xFFFF {
		high, low := utf16.EncodeRune(r)
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
