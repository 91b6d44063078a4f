package filetype

import (
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"

	"pawl"
	"pawl/mediatype"
)

// types is a list of media types, and of wildcards in the form "image/".
type types []string

// parseTypes parses a list of types. Its error names each invalid entry.
func parseTypes(entries []string) (types, error) {
	var list types
	var faults []error
	for _, entry := range entries {
		t := mediatype.Base(entry)
		if family, isFamily := strings.CutSuffix(t, "/*"); isFamily {
			t = family + "/"
		}
		if !isType(t) {
			faults = append(faults, fmt.Errorf("%q is not a media type: use one such as image/png, or a wildcard such as image/*", entry))
			continue
		}
		if !strings.HasSuffix(t, "/") {
			t = mediatype.Canonical(t)
		}
		list = append(list, t)
	}
	return list, errors.Join(faults...)
}

// isType reports whether t is a media type, or a wildcard in the form "image/".
func isType(t string) bool {
	family, sub, _ := strings.Cut(t, "/")
	if sub == "" && strings.HasSuffix(t, "/") {
		sub = "any"
	}
	_, _, err := mime.ParseMediaType(family + "/" + sub)
	return err == nil && family != "" && sub != "" && !strings.ContainsAny(t, "* ")
}

// match reports whether the list contains a type or a wildcard for it. Aliases match
// wildcards of their own top-level type as well.
func (l types) match(mediaType string) bool {
	name, canonical := mediatype.Base(mediaType), mediatype.Canonical(mediaType)
	for _, entry := range l {
		if canonical == entry {
			return true
		}
		if strings.HasSuffix(entry, "/") && (strings.HasPrefix(canonical, entry) || strings.HasPrefix(name, entry)) {
			return true
		}
	}
	return false
}

// matchKind reports whether the list matches a type or one of its wider types, see
// [pawl.WiderTypes].
func (l types) matchKind(mediaType string) bool {
	return l.match(mediaType) || slices.ContainsFunc(mediatype.Wider(mediaType), l.match)
}

// has reports whether the list contains exactly this type.
func (l types) has(mediaType string) bool { return slices.Contains(l, mediatype.Canonical(mediaType)) }

// extensions is a list of lower-case extensions with their dots.
type extensions []string

// parseExtensions parses a list of extensions. Its error names each invalid entry.
func parseExtensions(entries []string) (extensions, error) {
	var list extensions
	var faults []error
	for _, entry := range entries {
		ext := "." + strings.TrimPrefix(strings.ToLower(strings.TrimSpace(entry)), ".")
		if ext == "." || strings.ContainsAny(ext, "/\\* ,") || strings.HasSuffix(ext, ".") {
			faults = append(faults, fmt.Errorf("%q is not an extension: use one such as .png or .tar.gz", entry))
			continue
		}
		list = append(list, ext)
	}
	return list, errors.Join(faults...)
}

// match returns the extension in the list that the name has, or "". It ignores invisible
// characters and what Windows removes from the end of a name when it saves a file: dots,
// spaces, and the name of a stream, as in "a.exe::$DATA".
func (l extensions) match(name string) string {
	name = pawl.StripInvisible(name)
	if base, stream, _ := strings.Cut(name, ":"); strings.Contains(stream, ":$") {
		name = base
	}
	name = strings.ToLower(strings.TrimRight(name, ". "))
	for _, ext := range l {
		if strings.HasSuffix(name, ext) {
			return ext
		}
	}
	return ""
}
