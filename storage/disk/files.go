package disk

import (
	"cmp"
	"container/list"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
)

// files opens files. Those of idle uploads stay open, so that a PATCH costs no open; where
// descriptors run out, the one that has been idle longest is closed. Nothing is opened
// through a symbolic link: none is ever made here.
type files struct {
	most int // idle files that stay open

	mu   sync.Mutex
	idle list.List // of *appender, longest idle first
}

// newFiles leaves a quarter of the process's descriptors to idle uploads, so that
// connections, downloads and the database have the others.
func newFiles() *files {
	const perUpload = 2 // see osFile
	return &files{most: int(max(1, openLimit()/4/perUpload))}
}

// open opens a file, or a folder to be read.
func (f *files) open(path string, flag int) (*os.File, error) {
	for {
		opened, err := os.OpenFile(path, flag|noFollow, 0o600)
		if !isNoDescriptor(err) || !f.closeLongestIdle() {
			return opened, err
		}
	}
}

// openBlob opens a blob's file.
func (f *files) openBlob(path string, flag int, direct bool) (file, error) {
	buffered, err := f.open(path, flag)
	if err != nil {
		return nil, err
	}
	opened := osFile{File: buffered}
	if direct {
		opened.direct, err = f.open(path, os.O_WRONLY|directFlag)
		if err != nil {
			_ = buffered.Close()
			return nil, err
		}
	}
	return opened, nil
}

// readDir lists a folder by name.
func (f *files) readDir(path string) ([]fs.DirEntry, error) {
	dir, err := f.open(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries, err
}

// syncDir makes the names in a folder durable.
func (f *files) syncDir(path string) error {
	dir, err := f.open(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer dir.Close()
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil // a file system on which names need no sync, or have none
	}
	return err
}

// supportsDirect reports whether files in dir can be opened past the page cache.
func (f *files) supportsDirect(dir string) bool {
	if directFlag == 0 {
		return false
	}
	probe := filepath.Join(dir, ".direct")
	_ = os.Remove(probe)
	opened, err := f.open(probe, os.O_CREATE|os.O_EXCL|os.O_WRONLY|directFlag)
	defer os.Remove(probe) // some file systems make the file and then refuse to open it
	if err != nil {
		return false
	}
	defer opened.Close()
	_, err = opened.WriteAt(aligned(blockSize), 0)
	return err == nil
}

// markIdle notes that an upload's file is idle.
func (f *files) markIdle(a *appender) {
	f.mu.Lock()
	a.idle = f.idle.PushBack(a)
	over := f.idle.Len() > f.most
	f.mu.Unlock()
	if over {
		f.closeLongestIdle()
	}
}

// markBusy notes that an upload's file is in use, or closed.
func (f *files) markBusy(a *appender) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a.idle != nil {
		f.idle.Remove(a.idle)
		a.idle = nil
	}
}

// closeLongestIdle closes the file that has been idle longest, if there is one.
func (f *files) closeLongestIdle() (closed bool) {
	f.mu.Lock()
	first := f.idle.Front()
	if first == nil {
		f.mu.Unlock()
		return false
	}
	a := f.idle.Remove(first).(*appender)
	a.idle = nil
	f.mu.Unlock()
	a.closeIdle()
	return true
}

func isNoDescriptor(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
