package batch

import "strings"

// systemNames holds, in lower case, the names of files and folders that operating systems
// create for their own use: view settings, thumbnails, indexes, deleted files. The page
// skips the same names (frontend/src/features/uploads/system-files.ts), and the README
// lists them.
var systemNames = map[string]bool{
	// macOS
	".ds_store":       true,
	".localized":      true,
	".spotlight-v100": true,
	".trashes":        true,
	".fseventsd":      true,
	".temporaryitems": true,
	"__macosx":        true,
	"icon\r":          true, // the icon of a folder
	// Windows
	"thumbs.db":                 true,
	"ehthumbs.db":               true,
	"desktop.ini":               true,
	"$recycle.bin":              true,
	"system volume information": true,
}

// isSystem reports whether a file or folder with this name is one of the operating
// system. In "._NAME" macOS stores attributes of NAME on file systems without them.
func isSystem(name string) bool {
	return strings.HasPrefix(name, "._") || systemNames[strings.ToLower(name)]
}
