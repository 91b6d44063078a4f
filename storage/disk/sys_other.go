//go:build !linux

package disk

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
)

const (
	directFlag      = 0 // not available
	syncsFileSystem = false
)

func writeVector(f *os.File, buffers [][]byte, offset int64) (written int, err error) {
	for _, p := range buffers {
		n, err := f.WriteAt(p, offset+int64(written))
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

func syncData(f *os.File) error { return f.Sync() }

// syncFileSystem syncs every file below dir: there is no call for all of them.
func (f *files) syncFileSystem(dir *os.File) error {
	return filepath.WalkDir(dir.Name(), func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return f.syncDir(path)
	})
}

func space(string) (free, total int64, err error) { return math.MaxInt64, math.MaxInt64, nil }
