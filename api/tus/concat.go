package tus

import (
	"net/http"
	"net/url"
	"strings"

	"pawl"
)

// checkConcat reads Upload-Concat (tus 1.0, "Concatenation") and rewrites it in the one form
// that tusd's handler cannot misread. What is stored of it, to be echoed, has no tokens.
func (x *exchange) checkConcat(h http.Header) error {
	kind, parts, err := parseConcat(h)
	if err != nil || kind == pawl.Regular {
		return err
	}
	x.spec.Kind, x.concat = kind, strings.TrimSpace(h.Get("Upload-Concat"))
	if kind == pawl.Partial {
		return nil
	}
	canonical, tokens, shown := "final;", false, make([]string, len(parts))
	for i, part := range parts {
		x.spec.Parts = append(x.spec.Parts, part.id)
		canonical += Path + string(part.id) + " "
		shown[i], tokens = part.shown, tokens || part.token != ""
	}
	if tokens {
		x.concat = "final;" + strings.Join(shown, " ")
	}
	x.spec.RawConcat = x.concat
	h.Set("Upload-Concat", canonical)
	return nil
}

// part is a partial upload as a final one names it.
type part struct {
	id    pawl.ID
	token string
	shown string // its URL without the token
}

// parseConcat returns the kind of upload to create, and the parts of a final one.
func parseConcat(h http.Header) (kind pawl.UploadKind, parts []part, err error) {
	values := h.Values("Upload-Concat")
	if len(values) == 0 {
		return pawl.Regular, nil, nil
	}
	header := strings.TrimSpace(values[0])
	list, final := strings.CutPrefix(header, "final;")
	switch {
	case len(values) > 1 || !final && header != "partial" || !isASCII(header):
		return "", nil, errConcat
	case !final:
		return pawl.Partial, nil, nil
	}
	for text := range strings.FieldsFuncSeq(list, isSpace) {
		p, err := parsePart(text)
		if err != nil {
			return "", nil, err
		}
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return "", nil, errConcat
	}
	return pawl.Final, parts, nil
}

func isSpace(r rune) bool { return r == ' ' }

var errConcat = pawl.Errorf(pawl.Invalid, "Upload-Concat must be \"partial\", or \"final;\" followed by the URLs of the partial uploads")

// parsePart parses a partial upload's URL, absolute or relative.
func parsePart(text string) (p part, err error) {
	u, err := url.Parse(text)
	if err != nil {
		return part{}, errConcat
	}
	slash := strings.LastIndexByte(u.Path, '/')
	if slash < 0 || !strings.HasSuffix(u.Path[:slash+1], Path) {
		return part{}, errConcat
	}
	p.id, err = pawl.ParseID(u.Path[slash+1:])
	p.token, p.shown = tokenOf(u), text
	if p.token != "" {
		p.shown, _, _ = strings.Cut(text, "?")
	}
	return p, err
}

// checkFinal answers a join that has been asked for before with what came of it.
func (x *exchange) checkFinal(h http.Header) error {
	if x.carries || len(h.Values("Upload-Length")) > 0 || len(h.Values("Upload-Defer-Length")) > 0 {
		return pawl.Errorf(pawl.Invalid, "a final upload must have neither content nor Upload-Length")
	}
	return nil
}
