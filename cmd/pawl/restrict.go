package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
)

const othersMode = 0o077 // permissions of group and others

// restrict removes the permissions of group and others from files that Pawl creates: a
// copy or a restored backup may have added some. The data directory belongs to the
// operator: its mode is not changed, but a warning is logged if others can write to it
// and so replace files.
func restrict(c config, log *slog.Logger) {
	if runtime.GOOS == "windows" {
		return // no Unix permissions
	}
	if info, err := os.Stat(c.ownDir()); err == nil && info.Mode()&0o022 != 0 {
		log.Warn("the data directory is writable by group or others; restrict its permissions",
			"dir", c.ownDir(), "mode", info.Mode().Perm().String())
	}
	for _, path := range c.ownPaths() {
		if err := restrictPath(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			log.Warn("cannot restrict the permissions of a file", "path", path, "error", err)
		}
	}
}

// ownPaths returns the files and folders that this process creates, except those inside
// another one.
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

// restrictPath removes the permissions of group and others. It ignores symbolic links,
// whose targets are not created by Pawl.
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
