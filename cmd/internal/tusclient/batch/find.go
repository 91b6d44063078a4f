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

// Find returns the files of paths, and all that are below those that are folders.
// It reports to p what cannot be read or is no file, which counts as failed, and
// what it leaves out of folders because it is the operating system's own.
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

// given adds what a path of the command line names.
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

// below adds everything in a folder. It follows links to files, and none to
// folders: they could lead in a circle.
func (s *search) below(folder string) {
	above := filepath.Dir(folder)
	if whole, err := filepath.Abs(folder); err == nil {
		above = filepath.Dir(whole)
	}
	// With a separator at its end a link that was given is followed.
	start := folder + string(filepath.Separator)
	_ = filepath.WalkDir(start, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case path != start && isSystem(entry.Name()):
			s.progress.leftOut(path)
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

// found adds what is in a folder and is none itself.
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
	errNoFile = errors.New("it is neither a file nor a folder")
	errLink   = errors.New("it is a link to a folder, and links to folders are not followed: name it on the command line")
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

// reason takes the path off an error: the reader is told it anyway.
func reason(err error) error {
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // the outermost alone has it
		return e.Err
	}
	return err
}
