package mediatype

import "strings"

// Contradict reports whether content that was found to be of one type cannot
// be what the client declared. The type gate and the API mean the same by it. It is
// false wherever first bytes cannot tell: of two names of one type, of a container
// and what is kept in it, of texts that only their names tell apart.
func Contradict(declared, found string) bool {
	claim, found := Canonical(declared), Canonical(found)
	switch {
	case IsGeneric(claim), IsGeneric(found), CouldBe(found, claim):
		return false
	case isKindOf(found, claim): // a .docx is an archive, but a page in the name of plain text is a lie
		return claim == "text/plain" && isMarkup(found)
	case scripts[found]: // source code is text
		return !isSource(claim)
	case isOtherForm(found, claim):
		return false
	case hasSignature(claim):
		return true
	}
	return !canHold(found, claim)
}

// isSource reports whether files of a type can be source code.
func isSource(mediaType string) bool {
	return scripts[mediaType] || mediaType == "text/plain" || mediaType == "text/markdown" || mediaType == "video/mp2t" ||
		strings.HasPrefix(mediaType, "text/x-")
}

// CouldBe reports whether content that looks like one type can be a file of another,
// as far as its first bytes show.
func CouldBe(found, claim string) bool {
	claim, found = Canonical(claim), Canonical(found)
	switch {
	case found == claim, sameContainer(found, claim):
		return true
	case plainTexts[found]:
		return isTextual(claim)
	case found == "text/html" && (claim == "text/markdown" || claim == "text/x-php" || claim == "application/xhtml+xml"):
		return true // which may begin with HTML, and Markdown with a comment or an image
	}
	return isKindOf(claim, found)
}

// isTextual reports whether files of a type are text, to be read by people or not.
func isTextual(mediaType string) bool {
	if Family(mediaType) == "text" || plainTexts[mediaType] {
		return true
	}
	for _, suffix := range []string{"json", "xml", "yaml", "toml", "typescript", "sql"} {
		if strings.HasSuffix(mediaType, suffix) {
			return true
		}
	}
	return false
}

// isOtherForm reports whether found is another form in which files of the declared
// type are commonly kept, or what systems are known to declare such files as.
func isOtherForm(found, claim string) bool {
	switch claim {
	case "application/msword": // Word keeps all three under .doc
		return found == "text/rtf" || found == "text/xml" || found == "application/zip"
	case "application/vnd.ms-excel": // so Windows declares a .csv where Excel is installed
		return plainTexts[found] || found == "text/xml" || found == "application/zip"
	case "application/postscript", "application/illustrator", "application/vnd.adobe.illustrator":
		return found == "application/pdf" || found == "application/postscript" // a newer .ai is a PDF
	case "application/x-tar": // so Python's mimetypes calls a .tar.gz
		return isCompressed(found)
	case "image/svg+xml": // .svgz
		return found == "application/gzip"
	case "application/vnd.microsoft.portable-executable": // so Debian declares a .bat
		return plainTexts[found]
	case "video/mp2t": // so browsers declare TypeScript
		return plainTexts[found]
	case "text/html", "text/markdown":
		return isMarkup(found)
	}
	switch found {
	case "application/x-ole-storage": // an office file with a password
		return isOfficePackage(claim)
	case "audio/mpeg": // which is told by an ID3 tag, and that can stand before any sound
		return Family(claim) == "audio"
	}
	return isKindOf(claim, "application/x-elf") && isKindOf(found, "application/x-elf")
}

func isCompressed(mediaType string) bool {
	switch mediaType {
	case "application/gzip", "application/x-bzip2", "application/x-xz", "application/zstd", "application/lzip":
		return true
	}
	return false
}

// signatures are types whose files all begin in a way that gives them away, besides
// office files and what is kept in a container format.
var signatures = set(
	"application/gzip", "application/msword", "application/pdf", "application/vnd.microsoft.portable-executable",
	"application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/vnd.rar", "application/wasm",
	"application/x-7z-compressed", "application/x-bzip2", "application/x-elf", "application/x-tar", "application/x-xz",
	"application/zip", "application/zstd", "application/epub+zip", "application/java-archive",
	"audio/flac", "audio/midi", "audio/mpeg", "audio/wav",
	"font/otf", "font/ttf", "font/woff", "font/woff2",
	"image/apng", "image/bmp", "image/gif", "image/jpeg", "image/jxl", "image/png", "image/tiff",
	"image/vnd.adobe.photoshop", "image/webp", "image/x-icon",
	"text/calendar", "text/rtf", "text/vcard", "video/x-flv", "video/x-msvideo",
)

func hasSignature(mediaType string) bool {
	return signatures[mediaType] || containerFormats[mediaType] != "" || isOfficePackage(mediaType) || plainTexts[mediaType]
}

// canHold reports whether files of a type without a signature of its own can look
// like found: many formats are texts, archives or databases inside, and raw photos
// are TIFFs or lie in the container of a film.
func canHold(found, claim string) bool {
	switch found {
	case "application/zip", "application/gzip", "application/x-ole-storage", "application/vnd.sqlite3", "text/xml":
		return true
	case "video/mp4", "video/quicktime":
		return Family(claim) == "image"
	}
	return plainTexts[found] || Family(found) == Family(claim) && Family(claim) != "text"
}
