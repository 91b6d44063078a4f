package api

import (
	"strings"

	"pawl"
)

// disposition is the Content-Disposition of a file (RFC 6266): its name in ASCII
// for old clients, and where that loses something, in UTF-8 too (RFC 8187).
func disposition(kind, name string) string {
	name = savedName(name)
	ascii := asciiName(name)
	value := kind + `; filename="` + ascii + `"`
	if ascii != name {
		value += "; filename*=UTF-8''" + extValue(name)
	}
	return value
}

// savedName returns the name under which a download is saved: the name that is shown, with
// path separators replaced. A name of dots alone becomes "download".
func savedName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' {
			return '_'
		}
		return r
	}, pawl.CleanName(name))
	if strings.Trim(name, ". ") == "" {
		return "download"
	}
	return name
}

// asciiName can stand in a quoted string without any escape: some clients take
// backslashes and percent signs in it for something else (RFC 6266 appendix D).
func asciiName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
}

// extValue is RFC 8187 value-chars: percent-encoded UTF-8.
func extValue(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if isAttrChar(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// isAttrChar is attr-char of RFC 8187 §3.2.1.
func isAttrChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("!#$&+-.^_`|~", c) >= 0
}
