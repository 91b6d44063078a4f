package filetype

import (
	"path"
	"slices"
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

// typesOfNames are types that bytes do not always give away, by extension. The
// machine's own table of types is not asked, so that all machines agree.
var typesOfNames = map[string]string{
	".css": "text/css", ".csv": "text/csv", ".ics": "text/calendar", ".json": "application/json",
	".log": "text/plain", ".md": "text/markdown", ".srt": "application/x-subrip", ".sql": "application/sql",
	".toml": "application/toml", ".tsv": "text/tab-separated-values", ".txt": "text/plain", ".vcf": "text/vcard",
	".vtt": "text/vtt", ".xml": "text/xml", ".yaml": "application/yaml", ".yml": "application/yaml",
	".svg":  "image/svg+xml",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".odp":  "application/vnd.oasis.opendocument.presentation",
	".ods":  "application/vnd.oasis.opendocument.spreadsheet",
	".odt":  "application/vnd.oasis.opendocument.text",
}

func typeOfName(name string) string { return typesOfNames[strings.ToLower(path.Ext(name))] }

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
	case claim == "text/markdown": // which may begin with a comment, or an image
		return found == "text/html"
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

// ancestors lists the types that mediaType is a special kind of, nearest first, as
// a .docx is a special ZIP archive.
func ancestors(mediaType string) []string {
	var list []string
	for m := mimetype.Lookup(mediaType); m != nil; m = m.Parent() {
		if t := m.String(); t != mediaType && !isGeneric(t) {
			list = append(list, t)
		}
	}
	return list
}

// isBelow reports whether mediaType is a special kind of ancestor.
func isBelow(mediaType, ancestor string) bool { return slices.Contains(ancestors(mediaType), ancestor) }

// wider lists the ancestors of a type that it can go by: an animated PNG is a PNG,
// and every kind of Linux program a program. What is merely packed in the same
// container is something else: a Word document is no archive to anybody, and a
// HEIC photo no video.
func wider(mediaType string) []string {
	return slices.DeleteFunc(ancestors(mediaType), func(t string) bool {
		switch t {
		case "application/zip", "application/x-ole-storage", "text/plain", "text/xml":
			return true
		}
		return family(t) != family(mediaType)
	})
}

func family(mediaType string) string {
	f, _, _ := strings.Cut(mediaType, "/")
	return f
}

// contradicts reports whether the bytes show something else than was declared.
// It is silent wherever the bytes cannot know.
func contradicts(claim, found string) bool {
	switch {
	case isGeneric(claim), pawl.SameMediaType(claim, found), couldBe(found, claim):
		return false
	case isBelow(found, claim) && claim != "text/plain": // a text that turns out to be HTML is a lie
		return false
	case looseForm(found) == looseForm(claim):
		return false
	case !isKnown(claim):
		return !canHold(found, claim)
	}
	return !sameContainer(claim, found)
}

// canHold reports whether a format that magic bytes have no entry for can look
// like found: many are texts, archives or databases inside, and raw photos TIFFs.
func canHold(found, claim string) bool {
	switch found {
	case "application/zip", "application/gzip", "application/x-ole-storage", "application/vnd.sqlite3", "text/xml":
		return true
	}
	return looseForm(found) == "text/plain" || family(found) == family(claim) && family(claim) != "text"
}

// sameContainer reports whether both are images, sounds or videos kept in the
// same container format, whose brands are mixed up by every camera and phone.
func sameContainer(a, b string) bool {
	const container = "video/mp4"
	inside := func(t string) bool { return t == container || isBelow(t, container) }
	return family(a) == family(b) && inside(a) && inside(b)
}
