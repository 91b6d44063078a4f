// Package filetype decides which types of file may come in: by the type the
// client declares, by the extension of the name, and by what the first bytes
// show. The three can disagree, and a lie in one of them must not be enough.
package filetype

import (
	"context"
	"errors"

	"pawl"
	"pawl/mediatype"
)

// Config says what is allowed. Empty lists allow everything.
//
// Types are media types ("image/png") or families of them ("image/*", "image/").
// Extensions are written with or without their dot, in any case, and may be
// compound ("tar.gz").
type Config struct {
	AllowTypes      []string
	DenyTypes       []string
	AllowExtensions []string
	DenyExtensions  []string
	// RefuseMismatch refuses a file whose bytes contradict the declared type.
	RefuseMismatch bool
}

// AllowsAll reports whether there is nothing a file could be refused for.
func (c Config) AllowsAll() bool {
	return len(c.AllowTypes)+len(c.DenyTypes)+len(c.AllowExtensions)+len(c.DenyExtensions) == 0 && !c.RefuseMismatch
}

// Gate is a [pawl.BeginGate], a [pawl.ContentGate] and a [pawl.RenameGate].
type Gate struct {
	allowTypes, denyTypes           types
	allowExtensions, denyExtensions extensions
	refuseMismatch                  bool
}

// New checks the lists; its error names every entry that makes no sense.
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

// Begin judges what the client says of a file before any of it has come.
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
		return refusal("only %s are allowed (this was declared as %s)", g.allowTypes.sentence(), shown(u.DeclaredType))
	}
	return nil
}

// Content judges what the first bytes show. Of an empty file they show nothing,
// and what Begin said holds.
//
// The deny list is asked about the bytes alone, whatever was declared: a container
// that may hold a film is refused where films are denied, also in the name of a
// sound recording. What cannot be told apart is denied together.
func (g *Gate) Content(_ context.Context, u pawl.Upload, found string) error {
	if u.Length == 0 {
		return nil
	}
	claim := claimOf(u)
	switch {
	case g.denyTypes.matchKind(found):
		return refusal("files of type %s are not allowed", found)
	case len(g.allowTypes) > 0 && !g.allowed(found, claim, u.Name):
		return refusal("only %s are allowed (this is %s)", g.allowTypes.sentence(), describe(found))
	case g.refuseMismatch && mediatype.Contradict(claim, found):
		return refusal("this is %s, and was declared as %s", describe(found), shown(u.DeclaredType))
	}
	return nil
}

// allowed asks the allow list about what was found. Where the bytes alone cannot
// tell (a .csv is plain text to them, many a .docx a ZIP archive, and a sound
// recording in a WebM container a film), the client's word decides, as far as the
// bytes bear it out.
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
		// Magic bytes say nothing of a type they have no entry for, and only an
		// operator who named exactly this type can have meant that.
		return !isKnown(claim) && g.allowTypes.has(claim)
	case mediatype.IsPlainText(found):
		return g.allowsClaim(claim, name) && mediatype.CouldBe(found, claim)
	}
	return g.allowTypes.matchKind(claim) && mediatype.CouldBe(found, claim)
}

// allowsClaim asks the allow list about what the client says. Some systems know
// no better name for a text than text/plain; its extension then says more.
func (g *Gate) allowsClaim(claim, name string) bool {
	return g.allowTypes.matchKind(claim) || mediatype.IsPlainText(claim) && g.allowTypes.match("text/plain") ||
		claim == "text/plain" && g.allowTypes.match(mediatype.OfName(name))
}

// claimOf returns what the client says the file is; generic if it says nothing.
func claimOf(u pawl.Upload) string {
	claim := mediatype.Base(u.DeclaredType)
	// So every browser declares a .csv on a Windows machine that has Excel.
	if named := mediatype.OfName(u.Name); named == "text/csv" && mediatype.Canonical(claim) == "application/vnd.ms-excel" {
		return named
	}
	return claim
}

func refusal(format string, args ...any) error {
	return pawl.Errorf(pawl.UnsupportedType, format, args...)
}
