package tus

import (
	"net/http"
	"net/url"
	"strings"

	"pawl"
)

// checkConcat reads Upload-Concat (tus 1.0, "Concatenation") and rewrites it in
// the one form tusd's handler cannot misread.
func (x *exchange) checkConcat(h http.Header) error {
	values := h.Values("Upload-Concat")
	if len(values) == 0 {
		return nil
	}
	header := strings.TrimSpace(values[0])
	list, final := strings.CutPrefix(header, "final;")
	switch {
	case len(values) > 1 || !final && header != "partial":
		return errConcat
	case !final:
		x.spec.Kind = pawl.Partial
		x.concat = header
		return nil
	}
	canonical := "final;"
	for part := range strings.FieldsFuncSeq(list, isSpace) {
		id, err := partID(part)
		if err != nil {
			return err
		}
		x.spec.Parts = append(x.spec.Parts, id)
		canonical += Path + string(id) + " "
	}
	if len(x.spec.Parts) == 0 {
		return errConcat
	}
	x.spec.Kind, x.spec.RawConcat, x.concat = pawl.Final, header, header
	h.Set("Upload-Concat", canonical)
	return nil
}

func isSpace(r rune) bool { return r == ' ' }

var errConcat = pawl.Errorf(pawl.Invalid, "Upload-Concat must be \"partial\" or \"final;\" and the URLs of the partial uploads")

// partID is the id of a partial upload's URL, absolute or relative.
func partID(part string) (pawl.ID, error) {
	u, err := url.Parse(part)
	if err != nil {
		return "", errConcat
	}
	slash := strings.LastIndexByte(u.Path, '/')
	if slash < 0 || !strings.HasSuffix(u.Path[:slash+1], Path) {
		return "", errConcat
	}
	return pawl.ParseID(u.Path[slash+1:])
}

// checkFinal answers a join that has been asked for before with what came of it.
func (x *exchange) checkFinal(h http.Header) error {
	if x.carries || len(h.Values("Upload-Length")) > 0 || len(h.Values("Upload-Defer-Length")) > 0 {
		return pawl.Errorf(pawl.Invalid, "a final upload has neither bytes nor a length of its own")
	}
	return nil
}
