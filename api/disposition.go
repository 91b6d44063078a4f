package api

import (
	"strings"

	"pawl"
)

// disposition returns the Content-Disposition of a file (RFC 6266), with its name in
// ASCII for old clients and, if that differs, in UTF-8 (RFC 8187).
func disposition(kind, name string) string {
	name = savedName(name)
	ascii := asciiName(name)
	value := kind + `; filename="` + ascii + `"`
	if ascii != name {
		value += "; filename*=UTF-8''" + extValue(name)
	}
	return value
}

// savedName returns the file name for saving a download: path separators are replaced,
// and a name that consists of dots becomes "download".
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

// asciiName returns the name for use in a quoted string without escapes, as some clients
// misinterpret backslashes and percent signs (RFC 6266 appendix D).
func asciiName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
}

// extValue returns s as value-chars of RFC 8187: percent-encoded UTF-8.
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

// isAttrChar reports whether c is an attr-char of RFC 8187 §3.2.1.
func isAttrChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("!#$&+-.^_`|~", c) >= 0
}
