package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
)

const othersMode = 0o077 // what group and others may do

// restrict takes the rights of group and others off what Pawl itself makes, as a copy or
// a restored backup may have given them some. The data directory is its operator's: it is
// reported if others can write to it, and so put files of their own in the place of
// Pawl's.
func restrict(c config, log *slog.Logger) {
	if runtime.GOOS == "windows" {
		return // modes say nothing there
	}
	if info, err := os.Stat(c.ownDir()); err == nil && info.Mode()&0o022 != 0 {
		log.Warn("others can write to the data directory; take that right from them",
			"dir", c.ownDir(), "mode", info.Mode().Perm().String())
	}
	for _, path := range c.ownPaths() {
		if err := restrictPath(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			log.Warn("others can open a file of Pawl's, and its mode cannot be changed", "path", path, "error", err)
		}
	}
}

// ownPaths is what is kept in directories of this process's own. What lies in a folder
// that others cannot open need not be listed.
func (c config) ownPaths() []string {
	paths := []string{filepath.Join(c.ownDir(), lockName)}
	if c.sqlite != "" {
		paths = append(paths, c.sqlite, c.sqlite+"-wal", c.sqlite+"-shm")
	}
	if c.blobs != "" {
		paths = append(paths, filepath.Join(c.blobs, "blobs"))
	}
	return paths
}

// restrictPath leaves a link alone: what it points to is not Pawl's.
func restrictPath(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink != 0 {
		return err
	}
	if mode := info.Mode().Perm(); mode&othersMode != 0 {
		return os.Chmod(path, mode&^othersMode)
	}
	return nil
}
