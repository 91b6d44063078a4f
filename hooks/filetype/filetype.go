// Package filetype accepts or rejects files by their declared media type, by the extension
// of the name, and by the type detected from the first bytes. The three can disagree; all
// must be acceptable.
package filetype

import (
	"context"
	"errors"

	"pawl"
	"pawl/mediatype"
)

// Config lists what is allowed. Empty lists allow everything.
//
// Types are media types ("image/png") or wildcards ("image/*", "image/").
// Extensions are written with or without their dot, in any case, and may be
// compound ("tar.gz").
type Config struct {
	AllowTypes      []string
	DenyTypes       []string
	AllowExtensions []string
	DenyExtensions  []string
	// RefuseMismatch rejects files whose content contradicts the declared type.
	RefuseMismatch bool
}

// AllowsAll reports whether no file can be rejected.
func (c Config) AllowsAll() bool {
	return len(c.AllowTypes)+len(c.DenyTypes)+len(c.AllowExtensions)+len(c.DenyExtensions) == 0 && !c.RefuseMismatch
}

// Gate is a [pawl.BeginGate], a [pawl.ContentGate] and a [pawl.RenameGate].
type Gate struct {
	allowTypes, denyTypes           types
	allowExtensions, denyExtensions extensions
	refuseMismatch                  bool
}

// New returns a gate. Its error names every invalid entry of the lists.
func New(c Config) (*Gate, error) {
	var faults [4]error
	g := &Gate{refuseMismatch: c.RefuseMismatch}
	g.allowTypes, faults[0] = parseTypes(c.AllowTypes)
	g.denyTypes, faults[1] = parseTypes(c.DenyTypes)
	g.allowExtensions, faults[2] = parseExtensions(c.AllowExtensions)
	g.denyExtensions, faults[3] = parseExtensions(c.DenyExtensions)
	if err := errors.Join(faults[:]...); err != nil {
		return nil, err
	}
	return g, nil
}

// Begin checks the name and the declared type of a new upload. The error is of kind
// [pawl.UnsupportedType].
func (g *Gate) Begin(_ context.Context, u pawl.Upload) error {
	if err := g.checkExtension(u.Name); err != nil {
		return err
	}
	claim := claimOf(u)
	if mediatype.IsGeneric(claim) {
		return nil
	}
	if g.denyTypes.matchKind(claim) {
		return refusal("files of type %s are not allowed", shown(u.DeclaredType))
	}
	if len(g.allowTypes) > 0 && !g.allowsClaim(claim, u.Name) {
		return refusal("only %s are allowed (this was declared as %s)", g.allowTypes, shown(u.DeclaredType))
	}
	return nil
}

// Content checks the type detected from the first bytes. It accepts empty files, which
// have no type. The error is of kind [pawl.UnsupportedType].
//
// The deny list applies to the detected type only, whatever was declared: a container that
// may hold video is rejected if video is denied, even if it is declared as audio.
func (g *Gate) Content(_ context.Context, u pawl.Upload, found string) error {
	if u.Length == 0 {
		return nil
	}
	claim := claimOf(u)
	switch {
	case g.denyTypes.matchKind(found):
		return refusal("files of type %s are not allowed", found)
	case len(g.allowTypes) > 0 && !g.allowed(found, claim, u.Name):
		return refusal("only %s are allowed (this is %s)", g.allowTypes, describe(found))
	case g.refuseMismatch && mediatype.Contradict(claim, found):
		return refusal("this is %s, and was declared as %s", describe(found), shown(u.DeclaredType))
	}
	return nil
}

// allowed reports whether the allow list accepts content with the detected type found.
// Where detection is ambiguous (CSV is detected as plain text, some .docx files as ZIP
// archives, and audio in WebM as video), the declared type decides, if the content can be
// of that type.
func (g *Gate) allowed(found, claim, name string) bool {
	if g.allowTypes.matchKind(found) || mediatype.IsPlainText(found) && g.allowTypes.match("text/plain") {
		return true
	}
	if mediatype.IsGeneric(claim) {
		claim = mediatype.OfName(name)
	}
	switch {
	case mediatype.IsGeneric(claim):
		return false
	case mediatype.IsGeneric(found):
		// A type that cannot be detected is accepted only if the list has exactly this
		// type.
		return !isKnown(claim) && g.allowTypes.has(claim)
	case mediatype.IsPlainText(found):
		return g.allowsClaim(claim, name) && mediatype.CouldBe(found, claim)
	}
	return g.allowTypes.matchKind(claim) && mediatype.CouldBe(found, claim)
}

// allowsClaim reports whether the allow list accepts a declared type. For text/plain, which
// some systems declare for all kinds of text, the extension also counts.
func (g *Gate) allowsClaim(claim, name string) bool {
	return g.allowTypes.matchKind(claim) || mediatype.IsPlainText(claim) && g.allowTypes.match("text/plain") ||
		claim == "text/plain" && g.allowTypes.match(mediatype.OfName(name))
}

// claimOf returns the declared type, or the generic type if there is none.
func claimOf(u pawl.Upload) string {
	claim := mediatype.Base(u.DeclaredType)
	// Browsers on Windows with Excel declare this type for .csv files.
	if named := mediatype.OfName(u.Name); named == "text/csv" && mediatype.Canonical(claim) == "application/vnd.ms-excel" {
		return named
	}
	return claim
}

func refusal(format string, args ...any) error {
	return pawl.Errorf(pawl.UnsupportedType, format, args...)
}
