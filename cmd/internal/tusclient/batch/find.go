// Package batch uploads files and folders to a tus server. It saves resume state for
// later runs, and reports progress to users or scripts.
package batch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Item is a file to upload.
type Item struct {
	Path     string // as given, or below a given folder; - is standard input
	Relative string // slash-separated path that begins with the given folder; empty without one
	Size     int64  // bytes when it was found, -1 if unknown
}

// StdinPath is the path that means standard input.
const StdinPath = "-"

// Find returns the files in paths, including all files in folders. It reports to p what it
// cannot read and what is not a file, which count as failed, and the files of the
// operating system that it skips.
func Find(paths []string, p *Progress) []Item {
	s := search{progress: p}
	for _, path := range paths {
		s.given(path)
	}
	return s.items
}

type search struct {
	progress *Progress
	items    []Item
}

// given adds a path from the command line.
func (s *search) given(path string) {
	if path == StdinPath {
		s.items = append(s.items, Item{Path: path, Size: -1})
		return
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		s.progress.Failed(path, reason(err))
	case info.IsDir():
		s.below(path)
	default:
		s.add(path, "", info)
	}
}

// below adds everything in a folder. It follows links to files but not to folders, which
// could form a cycle.
func (s *search) below(folder string) {
	above := filepath.Dir(folder)
	if whole, err := filepath.Abs(folder); err == nil {
		above = filepath.Dir(whole)
	}
	// The trailing separator makes WalkDir follow the folder if it is a link.
	start := folder + string(filepath.Separator)
	_ = filepath.WalkDir(start, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case path != start && isSystem(entry.Name()):
			s.progress.skipped(path)
			if entry.IsDir() {
				return fs.SkipDir
			}
		case path == start && err != nil:
			s.progress.Failed(folder, reason(err))
		case err != nil:
			s.progress.Failed(path, reason(err))
		case !entry.IsDir():
			s.found(path, relative(above, path))
		}
		return nil
	})
}

// found adds an entry of a folder.
func (s *search) found(path, relative string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		s.progress.Failed(path, reason(err))
	case info.IsDir():
		s.progress.Failed(path, errLink)
	default:
		s.add(path, relative, info)
	}
}

func (s *search) add(path, relative string, info fs.FileInfo) {
	if !info.Mode().IsRegular() {
		s.progress.Failed(path, errNoFile)
		return
	}
	s.items = append(s.items, Item{Path: path, Relative: relative, Size: info.Size()})
}

var (
	errNoFile = errors.New("not a regular file or folder")
	errLink   = errors.New("links to folders are not followed: add the folder to the command line")
)

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

// reason removes the path from an error, as it is reported anyway.
func reason(err error) error {
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // only the outermost error is of this type
		return e.Err
	}
	return err
}
