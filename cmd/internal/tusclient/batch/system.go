package batch

import "strings"

// systemNames are, in lower case, what operating systems put into folders for
// themselves: how a folder is shown, previews, indexes, what was deleted. Everything
// else in a folder is uploaded, hidden files too. The page leaves out the same names
// (frontend/src/features/uploads/system-files.ts), and the README lists them.
var systemNames = map[string]bool{
	// macOS
	".ds_store":       true,
	".localized":      true,
	".spotlight-v100": true,
	".trashes":        true,
	".fseventsd":      true,
	".temporaryitems": true,
	"__macosx":        true,
	"icon\r":          true, // the picture of a folder
	// Windows
	"thumbs.db":                 true,
	"ehthumbs.db":               true,
	"desktop.ini":               true,
	"$recycle.bin":              true,
	"system volume information": true,
}

// isSystem reports whether a file or folder of this name, found in a folder, is the
// operating system's own. "._NAME" is where macOS keeps attributes of NAME on file
// systems that have none.
func isSystem(name string) bool {
	return strings.HasPrefix(name, "._") || systemNames[strings.ToLower(name)]
}
