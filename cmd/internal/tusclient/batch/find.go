// Package batch uploads many files and folders to one tus server, remembers how
// far each is for the next run, and tells people or scripts how it goes.
package batch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Item is a file to be uploaded.
type Item struct {
	Path     string // as given, or below the folder that was given; - is standard input
	Relative string // with slashes, below and including that folder; empty: none was given
	Size     int64  // when it was found, -1 if unknown
}

// StdinPath is the path that means standard input.
const StdinPath = "-"

// Find lists the files of paths, and everything below those that are folders. Each
// thing that cannot be read, or is no file, goes to skip.
func Find(paths []string, skip func(path string, err error)) []Item {
	var items []Item
	for _, path := range paths {
		if path == StdinPath {
			items = append(items, Item{Path: path, Size: -1})
			continue
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			skip(path, reason(err))
		case info.IsDir():
			items = append(items, below(path, skip)...)
		case !info.Mode().IsRegular():
			skip(path, errNoFile)
		default:
			items = append(items, Item{Path: path, Size: info.Size()})
		}
	}
	return items
}

var errNoFile = errors.New("it is neither a file nor a folder")

// below follows links to files, and none to folders: they could lead in a circle.
func below(folder string, skip func(string, error)) (items []Item) {
	above := filepath.Dir(folder)
	if whole, err := filepath.Abs(folder); err == nil {
		above = filepath.Dir(whole)
	}
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			skip(path, reason(err))
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			skip(path, reason(err))
		case !info.Mode().IsRegular():
			skip(path, errNoFile)
		default:
			items = append(items, Item{Path: path, Relative: relative(above, path), Size: info.Size()})
		}
		return nil
	})
	return items
}

func relative(above, path string) string {
	whole, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	rel, err := filepath.Rel(above, whole)
	if err != nil {
		return ""
	}
	return filepath.ToSlash(rel)
}

// reason takes the path off an error: the reader is told it anyway.
func reason(err error) error {
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // the outermost alone has it
		return e.Err
	}
	return err
}
