package filetype

import (
	"strings"
	"unicode"

	"pawl/mediatype"
)

// longList is the maximum number of entries of a list in a message.
const longList = 6

var families = map[string]string{
	"image/": "images", "video/": "videos", "audio/": "audio files", "text/": "text files", "font/": "fonts",
}

var kinds = map[string]struct{ one, many string }{
	"application/gzip":            {"a gzip archive", "gzip archives"},
	"application/json":            {"JSON", "JSON files"},
	"application/pdf":             {"a PDF", "PDFs"},
	"application/x-7z-compressed": {"a 7-Zip archive", "7-Zip archives"},
	"application/x-executable":    {"a program", "programs"},
	"application/x-elf":           {"a program", "programs"},
	"application/x-tar":           {"a tar archive", "tar archives"},
	"application/zip":             {"a ZIP archive", "ZIP archives"},
	"audio/mpeg":                  {"an MP3", "MP3s"},
	"image/gif":                   {"a GIF image", "GIF images"},
	"image/jpeg":                  {"a JPEG image", "JPEG images"},
	"image/png":                   {"a PNG image", "PNG images"},
	"image/svg+xml":               {"an SVG image", "SVG images"},
	"image/webp":                  {"a WebP image", "WebP images"},
	"text/csv":                    {"a CSV table", "CSV tables"},
	"text/html":                   {"an HTML page", "HTML pages"},
	"text/plain":                  {"plain text", "plain text files"},
	"text/xml":                    {"XML", "XML files"},
	"video/mp4":                   {"an MP4 video", "MP4 videos"},

	"application/vnd.microsoft.portable-executable":                             {"a Windows program", "Windows programs"},
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": {"a PowerPoint file", "PowerPoint files"},
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         {"an Excel file", "Excel files"},
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   {"a Word document", "Word documents"},
}

// describe returns a detected type in words that follow "this is".
func describe(mediaType string) string {
	if mediatype.IsGeneric(mediaType) {
		return "of an unknown type"
	}
	if kind, ok := kinds[mediatype.Canonical(mediaType)]; ok {
		return kind.one
	}
	return "of type " + mediaType
}

// shown returns a declared type for use in a message, or "something else" if it is too
// long or not printable.
func shown(declared string) string {
	const longest = 100
	if len(declared) > longest || strings.IndexFunc(declared, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
		return "something else"
	}
	return declared
}

// String returns the list in words for use between "only" and "are allowed".
func (l types) String() string {
	if len(l) > longList {
		return "certain file types"
	}
	words := make([]string, len(l))
	for i, entry := range l {
		words[i] = plural(entry)
	}
	return enumerate(words, "and")
}

func plural(entry string) string {
	if family, ok := families[entry]; ok {
		return family
	}
	if kind, ok := kinds[entry]; ok {
		return kind.many
	}
	if strings.HasSuffix(entry, "/") {
		return "files of type " + entry + "*"
	}
	return "files of type " + entry
}

// String returns the list in words that follow "ending in".
func (l extensions) String() string {
	if len(l) > longList {
		return "certain extensions"
	}
	return enumerate(l, "or")
}

func enumerate(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
