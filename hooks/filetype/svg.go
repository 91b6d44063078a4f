package filetype

import "bytes"

// isSVG reports whether text is an SVG image: whether its first element is svg. It skips
// what may precede the element (XML 1.0, production "prolog"): comments, which mimetype
// takes for HTML, white space and processing instructions. A document type of svg counts
// as the element.
func isSVG(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for {
		text = bytes.TrimLeft(text, " \t\r\n")
		opening, closing := []byte("<!--"), []byte("-->")
		switch {
		case bytes.HasPrefix(text, opening):
		case bytes.HasPrefix(text, []byte("<?")):
			opening, closing = []byte("<?"), []byte("?>")
		case startsTag(text, "<!DOCTYPE svg"), startsTag(text, "<svg"):
			return true
		default:
			return false
		}
		_, rest, ended := bytes.Cut(text[len(opening):], closing)
		if !ended {
			return false
		}
		text = rest
	}
}

// startsTag reports whether text begins with a tag, and not with a longer name.
func startsTag(text []byte, tag string) bool {
	rest, ok := bytes.CutPrefix(text, []byte(tag))
	return ok && len(rest) > 0 && bytes.IndexByte([]byte(" \t\r\n/>["), rest[0]) >= 0
}
