package filetype

import (
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"pawl"
)

// aliases are names in common use that mimetype does not know as such.
var aliases = map[string]string{
	"application/csv":                "text/csv",
	"application/exe":                "application/vnd.microsoft.portable-executable",
	"application/x-bzip":             "application/x-bzip2",
	"application/x-dosexec":          "application/vnd.microsoft.portable-executable",
	"application/x-exe":              "application/vnd.microsoft.portable-executable",
	"application/x-gtar":             "application/x-tar",
	"application/x-msdos-program":    "application/vnd.microsoft.portable-executable",
	"application/x-msdownload":       "application/vnd.microsoft.portable-executable",
	"application/x-yaml":             "application/yaml",
	"audio/m4a":                      "audio/x-m4a",
	"audio/x-flac":                   "audio/flac",
	"image/jpg":                      "image/jpeg",
	"image/pjpeg":                    "image/jpeg",
	"image/vnd.microsoft.icon":       "image/x-icon",
	"image/x-png":                    "image/png",
	"text/comma-separated-values":    "text/csv",
	"text/json":                      "application/json",
	"text/x-csv":                     "text/csv",
	"text/x-markdown":                "text/markdown",
	"text/yaml":                      "application/yaml",
	"application/tab-separated-text": "text/tab-separated-values",
}

// canonical is the one name of a type that has several.
func canonical(mediaType string) string {
	t := base(mediaType)
	if alias, ok := aliases[t]; ok {
		return alias
	}
	if known := mimetype.Lookup(t); known != nil {
		return known.String()
	}
	return t
}

// isKnown reports whether magic bytes exist for the type.
func isKnown(mediaType string) bool { return mimetype.Lookup(mediaType) != nil }

// claimOf is what the client says the file is, generic if it says nothing.
func claimOf(u pawl.Upload) string {
	claim := canonical(u.DeclaredType)
	// So every browser calls a .csv on a Windows machine that has Excel.
	if claim == "application/vnd.ms-excel" && typeOfName(u.Name) == "text/csv" {
		return "text/csv"
	}
	return claim
}

// textTypes are types of text that bytes seldom give away, by extension. The
// machine's own table of types is not asked, so that all machines agree.
var textTypes = map[string]string{
	".css": "text/css", ".csv": "text/csv", ".ics": "text/calendar", ".json": "application/json",
	".log": "text/plain", ".md": "text/markdown", ".srt": "application/x-subrip", ".sql": "application/sql",
	".toml": "application/toml", ".tsv": "text/tab-separated-values", ".txt": "text/plain", ".vcf": "text/vcard",
	".vtt": "text/vtt", ".xml": "text/xml", ".yaml": "application/yaml", ".yml": "application/yaml",
}

func typeOfName(name string) string { return textTypes[strings.ToLower(path.Ext(name))] }

// looseForm is text/plain for kinds of text that are told from plain text by
// guessing (a letter with many commas is no table) and do no harm as either.
// Markup and scripts, which a browser or a shell would run, are not among them.
func looseForm(mediaType string) string {
	switch mediaType {
	case "text/csv", "text/tab-separated-values", "application/json", "application/x-ndjson",
		"application/x-subrip", "message/rfc822", "text/markdown":
		return "text/plain"
	}
	return mediaType
}

// couldBe reports whether bytes that look like found can be a file of type claim.
func couldBe(found, claim string) bool {
	switch {
	case found == claim:
		return true
	case looseForm(found) == "text/plain":
		return pawl.SameMediaType(claim, "text/plain")
	case found == "text/xml":
		return strings.HasSuffix(claim, "+xml") || isBelow(claim, found)
	case found == "application/zip":
		return strings.HasSuffix(claim, "+zip") || isOfficePackage(claim) || isBelow(claim, found)
	}
	return isBelow(claim, found)
}

// isOfficePackage knows the many office types that are ZIP archives inside, of
// which magic bytes tell only the commonest apart.
func isOfficePackage(mediaType string) bool {
	for _, prefix := range []string{
		"application/vnd.openxmlformats-officedocument.",
		"application/vnd.oasis.opendocument.",
		"application/vnd.sun.xml.",
	} {
		if strings.HasPrefix(mediaType, prefix) {
			return true
		}
	}
	return strings.HasPrefix(mediaType, "application/vnd.ms-") && strings.Contains(mediaType, ".macroenabled.")
}

// isBelow reports whether mediaType is a special kind of ancestor, as a .docx is
// a special ZIP archive.
func isBelow(mediaType, ancestor string) bool {
	m := mimetype.Lookup(mediaType)
	if m == nil || isGeneric(ancestor) {
		return false
	}
	for m = m.Parent(); m != nil; m = m.Parent() {
		if m.String() == ancestor {
			return true
		}
	}
	return false
}

// widerMedia lists the ancestors of an image, sound or video type that are of
// the same family: whoever allows image/png also means an animated one.
func widerMedia(mediaType string) []string {
	family, _, _ := strings.Cut(mediaType, "/")
	if family != "image" && family != "audio" && family != "video" {
		return nil
	}
	var wider []string
	m := mimetype.Lookup(mediaType)
	for m != nil {
		if m = m.Parent(); m != nil && strings.HasPrefix(m.String(), family+"/") {
			wider = append(wider, m.String())
		}
	}
	return wider
}

// contradicts reports whether the bytes show something else than was declared.
// It is silent wherever the bytes cannot know.
func contradicts(claim, found string) bool {
	switch {
	case pawl.SameMediaType(claim, found), couldBe(found, claim):
		return false
	case isBelow(found, claim) && claim != "text/plain": // a text that turns out to be HTML is a lie
		return false
	case looseForm(found) == looseForm(claim):
		return false
	}
	return !sameContainer(claim, found)
}

// sameContainer reports whether both are images, sounds or videos kept in the
// same container format, whose brands are mixed up by every camera and phone.
func sameContainer(a, b string) bool {
	familyA, _, _ := strings.Cut(a, "/")
	familyB, _, _ := strings.Cut(b, "/")
	const container = "video/mp4"
	inA, inB := a == container || isBelow(a, container), b == container || isBelow(b, container)
	media := familyA == "audio" || familyA == "video" || familyA == "image"
	return familyA == familyB && media && inA && inB
}
