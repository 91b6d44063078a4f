// Package mediatype compares media types (RFC 9110, section 8.3.1): their aliases, what
// contains what, and which of two claims about a file's type can be true together.
package mediatype

import (
	"mime"
	"path"
	"strings"
)

// Generic is the media type of content that nothing is known of.
const Generic = "application/octet-stream"

// IsGeneric reports whether a media type says nothing about the content.
func IsGeneric(mediaType string) bool {
	switch Base(mediaType) {
	case "", Generic, "binary/octet-stream", "application/unknown", "application/x-unknown":
		return true
	}
	return false
}

// Base returns a media type in lower case and without its parameters.
func Base(mediaType string) string {
	base, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		base, _, _ = strings.Cut(mediaType, ";")
		return strings.ToLower(strings.TrimSpace(base))
	}
	return base
}

// Canonical returns the one name that Pawl uses for a media type that has
// several, without parameters. It returns a name it does not know in lower case.
func Canonical(mediaType string) string {
	base := Base(mediaType)
	if name, ok := canonicalNames[base]; ok {
		return name
	}
	return base
}

// Family returns the part of a media type before its slash.
func Family(mediaType string) string {
	family, _, _ := strings.Cut(mediaType, "/")
	return family
}

// OfName returns the media type that the extension of a file name stands for,
// among those that bytes do not always show; empty if it stands for none of them.
// The operating system's table is not used, so that all machines agree.
func OfName(name string) string {
	return typesOfNames[strings.ToLower(path.Ext(strings.TrimRight(name, ". ")))]
}

var typesOfNames = index(map[string][]string{
	"application/json":          {".json"},
	"application/sql":           {".sql"},
	"application/toml":          {".toml"},
	"application/x-subrip":      {".srt"},
	"application/yaml":          {".yaml", ".yml"},
	"audio/matroska":            {".mka"},
	"audio/mp4":                 {".m4a", ".m4b"},
	"audio/ogg":                 {".oga", ".ogg", ".opus"},
	"audio/webm":                {".weba"},
	"audio/x-ms-wma":            {".wma"},
	"image/svg+xml":             {".svg"},
	"text/calendar":             {".ics"},
	"text/css":                  {".css"},
	"text/csv":                  {".csv"},
	"text/markdown":             {".md", ".markdown"},
	"text/plain":                {".txt", ".log", ".text"},
	"text/tab-separated-values": {".tsv"},
	"text/vcard":                {".vcf"},
	"text/vtt":                  {".vtt"},
	"text/x-c":                  {".c", ".h"},
	"text/x-c++":                {".cc", ".cpp", ".cxx", ".hpp"},
	"text/x-diff":               {".diff", ".patch"},
	"text/x-go":                 {".go"},
	"text/x-java":               {".java"},
	"text/x-kotlin":             {".kt"},
	"text/x-lua":                {".lua"},
	"text/x-perl":               {".pl", ".pm"},
	"text/x-php":                {".php"},
	"text/x-python":             {".py"},
	"text/x-rst":                {".rst"},
	"text/x-ruby":               {".rb"},
	"text/x-rust":               {".rs"},
	"text/x-shellscript":        {".sh", ".bash"},
	"text/x-swift":              {".swift"},
	"text/x-tex":                {".tex"},
	"text/xml":                  {".xml"},

	"application/vnd.oasis.opendocument.presentation":                           {".odp"},
	"application/vnd.oasis.opendocument.spreadsheet":                            {".ods"},
	"application/vnd.oasis.opendocument.text":                                   {".odt"},
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": {".pptx"},
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         {".xlsx"},
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   {".docx"},
})

// canonicalNames are the names in use for types whose content is found under
// another name.
var canonicalNames = index(map[string][]string{
	"application/gzip": {
		"application/x-gzip", "application/x-gunzip", "application/gzipped", "application/gzip-compressed",
		"application/x-gzip-compressed", "gzip/document", "application/x-tgz", "application/x-compressed-tar",
		"application/x-gtar-compressed", "application/x-tar-gz",
	},
	"application/java-archive":    {"application/jar", "application/jar-archive", "application/x-java-archive"},
	"application/json":            {"text/json", "application/x-json"},
	"application/lzip":            {"application/x-lzip"},
	"application/msword":          {"application/vnd.ms-word", "application/x-msword", "application/doc"},
	"application/ogg":             {"application/x-ogg"},
	"application/pdf":             {"application/x-pdf"},
	"application/postscript":      {"application/eps", "application/x-eps", "image/eps", "image/x-eps"},
	"application/sql":             {"text/x-sql", "text/sql", "application/x-sql"},
	"application/toml":            {"text/x-toml", "application/x-toml"},
	"application/vnd.ms-excel":    {"application/msexcel", "application/x-msexcel", "application/x-excel", "application/excel"},
	"application/vnd.rar":         {"application/x-rar", "application/x-rar-compressed", "application/rar"},
	"application/vnd.sqlite3":     {"application/x-sqlite3"},
	"application/wasm":            {"application/x-wasm"},
	"application/x-7z-compressed": {"application/7z", "application/x-7z"},
	"application/x-bzip2":         {"application/x-bzip", "application/bzip2", "application/x-bz2", "application/x-bzip-compressed-tar"},
	"application/x-ms-installer":  {"application/x-msi", "application/x-windows-installer"},
	"application/x-ndjson":        {"application/jsonl", "application/x-jsonlines"},
	"application/x-rpm":           {"application/x-redhat-package-manager"},
	"application/x-subrip":        {"application/x-srt", "text/x-srt", "text/srt"},
	"application/x-tar":           {"application/x-gtar", "application/tar"},
	"application/x-xz":            {"application/xz", "application/x-xz-compressed-tar"},
	"application/yaml":            {"application/x-yaml", "text/yaml", "text/x-yaml"},
	"application/zip":             {"application/x-zip", "application/x-zip-compressed", "application/zip-compressed", "multipart/x-zip"},
	"application/zstd":            {"application/x-zstd", "application/x-zstd-compressed-tar"},

	"application/vnd.debian.binary-package": {"application/x-debian-package", "application/x-deb", "application/deb"},
	"application/vnd.microsoft.portable-executable": {
		"application/x-msdownload", "application/x-msdos-program", "application/x-dosexec", "application/x-exe",
		"application/x-ms-dos-executable", "application/exe",
	},
	"application/vnd.ms-powerpoint": {"application/mspowerpoint", "application/powerpoint", "application/x-mspowerpoint"},

	"audio/aac":      {"audio/x-aac", "audio/aacp", "audio/vnd.dlna.adts", "audio/x-hx-aac-adts"},
	"audio/aiff":     {"audio/x-aiff"},
	"audio/amr":      {"audio/amr-nb"},
	"audio/flac":     {"audio/x-flac"},
	"audio/matroska": {"audio/x-matroska"},
	"audio/midi":     {"audio/mid", "audio/sp-midi", "audio/x-mid", "audio/x-midi"},
	"audio/mp4":      {"audio/x-m4a", "audio/m4a", "audio/x-mp4a", "audio/x-m4b"},
	"audio/mpeg":     {"audio/mp3", "audio/x-mp3", "audio/x-mpeg", "audio/mpeg3", "audio/x-mpeg-3", "audio/mpg"},
	"audio/wav":      {"audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"},

	"font/ttf":   {"font/sfnt", "application/x-font-ttf", "application/font-sfnt"},
	"font/otf":   {"application/x-font-otf", "application/x-font-opentype"},
	"font/woff":  {"application/font-woff", "application/x-font-woff"},
	"font/woff2": {"application/font-woff2"},

	"image/apng":                {"image/vnd.mozilla.apng"},
	"image/bmp":                 {"image/x-bmp", "image/x-ms-bmp"},
	"image/jp2":                 {"image/jpeg2000", "image/x-jp2"},
	"image/jpeg":                {"image/jpg", "image/pjpeg", "image/jfif"},
	"image/jxr":                 {"image/vnd.ms-photo"},
	"image/png":                 {"image/x-png"},
	"image/tiff":                {"image/tif", "image/x-tiff", "image/x-tif"},
	"image/vnd.adobe.photoshop": {"image/x-psd", "image/psd", "application/photoshop", "application/x-photoshop"},
	"image/vnd.djvu":            {"image/x-djvu", "image/djvu"},
	"image/vnd.dwg": {
		"image/x-dwg", "application/acad", "application/x-acad", "application/autocad_dwg", "application/dwg",
		"application/x-dwg", "application/x-autocad", "drawing/dwg",
	},
	"image/x-icon": {"image/vnd.microsoft.icon", "image/ico", "image/icon", "image/x-ico", "application/ico"},

	"text/calendar": {"application/ics", "text/x-vcalendar"},
	"text/csv":      {"text/x-csv", "text/comma-separated-values", "text/x-comma-separated-values", "application/csv", "application/x-csv"},
	"text/javascript": {
		"application/javascript", "application/x-javascript", "application/ecmascript", "application/x-ecmascript",
		"text/ecmascript", "text/x-ecmascript", "text/x-javascript", "text/jscript", "text/livescript",
		"text/javascript1.0", "text/javascript1.1", "text/javascript1.2", "text/javascript1.3", "text/javascript1.4",
		"text/javascript1.5",
	},
	"text/markdown":             {"text/x-markdown", "text/x-web-markdown"},
	"text/rtf":                  {"application/rtf", "application/x-rtf", "text/richtext"},
	"text/tab-separated-values": {"application/tab-separated-text"},
	"text/vcard":                {"text/x-vcard", "text/directory", "application/vcard"},
	"text/x-c":                  {"text/x-csrc", "text/x-chdr"},
	"text/x-c++":                {"text/x-c++src", "text/x-c++hdr"},
	"text/x-diff":               {"text/x-patch"},
	"text/x-go":                 {"text/x-golang"},
	"text/x-java":               {"text/x-java-source"},
	"text/x-perl":               {"application/x-perl"},
	"text/x-php":                {"application/x-php", "application/php", "text/php", "application/x-httpd-php", "application/x-httpd-php-source"},
	"text/x-python":             {"text/x-script.python", "application/x-python", "application/x-python-code", "text/x-python-script"},
	"text/x-ruby":               {"application/x-ruby", "text/x-ruby-script"},
	"text/x-rust":               {"text/rust"},
	"text/x-shellscript":        {"text/x-sh", "application/x-sh", "application/x-shellscript", "application/x-shell", "application/x-bash", "application/x-csh"},
	"text/x-tcl":                {"application/x-tcl"},
	"text/x-tex":                {"application/x-tex", "application/x-latex", "text/x-latex"},
	"text/xml":                  {"application/xml", "application/x-xml"},

	"video/3gpp":      {"video/3gp"},
	"video/3gpp2":     {"video/3g2"},
	"video/matroska":  {"video/x-matroska"},
	"video/mp2t":      {"video/vnd.dlna.mpeg-tts"},
	"video/x-ms-asf":  {"video/asf", "video/x-ms-wmv", "application/vnd.ms-asf"},
	"video/x-msvideo": {"video/avi", "video/msvideo", "video/vnd.avi"},
})

// index turns lists under their keys into one map from each entry to its key.
func index(lists map[string][]string) map[string]string {
	all := make(map[string]string)
	for key, entries := range lists {
		for _, entry := range entries {
			all[entry] = key
		}
	}
	return all
}
