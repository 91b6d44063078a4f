package mediatype

import (
	"slices"
	"strings"
)

// parentTypes says of what each type is a special kind, or in which container
// format it is kept, where content is often recognised as no more than that.
var parentTypes = index(map[string][]string{
	"application/zip": {
		"application/epub+zip", "application/java-archive", "application/vnd.google-earth.kmz",
		"application/vnd.ms-visio.drawing.main+xml", "application/vnd.apple.keynote", "application/vnd.apple.numbers",
		"application/vnd.apple.pages",
	},
	"application/java-archive": {"application/vnd.android.package-archive"},
	"application/x-ole-storage": {
		"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/vnd.ms-outlook",
		"application/vnd.ms-publisher", "application/vnd.visio", "application/x-ms-installer",
	},
	"application/x-archive":                           {"application/vnd.debian.binary-package"},
	"application/x-elf":                               {"application/x-object", "application/x-executable", "application/x-sharedlib", "application/x-coredump"},
	"application/json":                                {"application/geo+json", "model/gltf+json", "application/vnd.cyclonedx+json"},
	"application/vnd.oasis.opendocument.text":         {"application/vnd.oasis.opendocument.text-template"},
	"application/vnd.oasis.opendocument.graphics":     {"application/vnd.oasis.opendocument.graphics-template"},
	"application/vnd.oasis.opendocument.formula":      {"application/vnd.oasis.opendocument.formula-template"},
	"application/vnd.oasis.opendocument.spreadsheet":  {"application/vnd.oasis.opendocument.spreadsheet-template"},
	"application/vnd.oasis.opendocument.presentation": {"application/vnd.oasis.opendocument.presentation-template"},
	"application/ogg":                                 {"audio/ogg", "video/ogg"},
	"audio/ogg":                                       {"audio/opus", "audio/vorbis"},
	"image/png":                                       {"image/apng"},
	"image/jp2":                                       {"image/jpx", "image/jpm"},
	"text/plain": {
		"application/json", "application/sql", "application/toml", "application/warc", "application/x-ndjson",
		"application/x-subrip", "application/yaml", "message/rfc822", "text/xml",
	},
	"text/xml":  {"image/svg+xml", "application/xhtml+xml", "application/x-amf", "application/vnd.adobe.xfdf"},
	"video/mp4": {"video/3gpp", "video/3gpp2", "video/mj2", "video/vnd.dvb.file", "video/x-m4v"},
})

// parentType returns the type that a canonical one is a special kind of, or "".
func parentType(mediaType string) string {
	if parent, ok := parentTypes[mediaType]; ok {
		return parent
	}
	switch {
	case isOfficePackage(mediaType), strings.HasSuffix(mediaType, "+zip"):
		return "application/zip"
	case strings.HasSuffix(mediaType, "+xml"):
		return "text/xml"
	case strings.HasSuffix(mediaType, "+json"):
		return "application/json"
	case Family(mediaType) == "text" && mediaType != "text/plain":
		return "text/plain"
	}
	return ""
}

// isOfficePackage reports whether a type is one of the many office formats that
// are ZIP archives, of which first bytes tell only the most common ones apart.
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

// ancestorTypes returns what a canonical type is a special kind of, nearest first.
func ancestorTypes(mediaType string) []string {
	var list []string
	for t := parentType(mediaType); t != ""; t = parentType(t) {
		list = append(list, t)
	}
	return list
}

// isKindOf reports whether a type is a special kind of another.
func isKindOf(mediaType, ancestor string) bool {
	return slices.Contains(ancestorTypes(mediaType), ancestor)
}

// Wider returns the types that content of a type passes for as well: an
// animated PNG is a PNG, and every kind of Linux program is a program. What merely
// shares a container is something else: nobody who denies ZIP archives means Word
// documents.
func Wider(mediaType string) []string {
	mediaType = Canonical(mediaType)
	return slices.DeleteFunc(ancestorTypes(mediaType), func(t string) bool {
		switch t {
		case "application/zip", "application/x-ole-storage", "text/plain", "text/xml":
			return true
		}
		return Family(t) != Family(mediaType)
	})
}

// containerFormats are types whose files are kept in one container format. Their
// brands are mixed up by cameras, phones and browsers, and the first bytes of most
// of them do not tell a film from a sound recording.
var containerFormats = index(map[string][]string{
	"ISO base media": {
		"video/mp4", "audio/mp4", "video/quicktime", "video/3gpp", "audio/3gpp", "video/3gpp2", "audio/3gpp2",
		"video/x-m4v", "video/mj2", "video/vnd.dvb.file",
		"image/avif", "image/heic", "image/heic-sequence", "image/heif", "image/heif-sequence",
	},
	"Matroska": {"video/matroska", "audio/matroska", "video/webm", "audio/webm", "video/matroska-3d"},
	"Ogg":      {"application/ogg", "audio/ogg", "video/ogg", "audio/opus", "audio/vorbis", "audio/x-vorbis+ogg", "audio/x-opus+ogg"},
	"ASF":      {"video/x-ms-asf", "audio/x-ms-wma"},
	"RealMedia": {
		"application/vnd.rn-realmedia", "application/vnd.rn-realmedia-vbr", "audio/x-pn-realaudio",
		"audio/vnd.rn-realaudio", "video/vnd.rn-realvideo",
	},
})

// sameContainer reports whether two types share a container format, both of them
// still images or neither.
func sameContainer(a, b string) bool {
	format := containerFormats[a]
	return format != "" && format == containerFormats[b] && (Family(a) == "image") == (Family(b) == "image")
}

// plainTexts are kinds of plain text: the bytes do not tell them apart, or only by
// a guess, and nothing runs any of them by itself. No markup, style sheet or
// program that a browser would run may ever be among them.
var plainTexts = set(
	"text/plain", "text/csv", "text/tab-separated-values", "text/markdown",
	"application/json", "application/sql", "application/toml", "application/x-ndjson", "application/x-subrip",
	"application/yaml", "message/rfc822",
	"text/x-c", "text/x-c++", "text/x-diff", "text/x-go", "text/x-java", "text/x-kotlin", "text/x-rst",
	"text/x-rust", "text/x-swift", "text/x-tex",
)

// IsPlainText reports whether a type is plain text, or a kind of it that does no
// harm when it is taken for plain text, and the reverse. Markup and scripts, which a
// browser or a shell would run, are not.
func IsPlainText(mediaType string) bool { return plainTexts[Canonical(mediaType)] }

// scripts are programs that are plain text, which first bytes can show.
var scripts = set(
	"text/javascript", "text/x-lua", "text/x-perl", "text/x-php", "text/x-python", "text/x-ruby",
	"text/x-shellscript", "text/x-tcl",
)

// IsInertText reports whether a type is text that no browser runs or lays out: plain
// text of every kind, and programs in other languages than the browser's own.
func IsInertText(mediaType string) bool {
	t := Canonical(mediaType)
	return plainTexts[t] || scripts[t] && t != "text/javascript"
}

// isMarkup reports whether a type is one that browsers lay out as a page.
func isMarkup(mediaType string) bool {
	return mediaType == "text/html" || mediaType == "text/xml" || isKindOf(mediaType, "text/xml")
}

func set(entries ...string) map[string]bool {
	all := make(map[string]bool)
	for _, entry := range entries {
		all[entry] = true
	}
	return all
}
