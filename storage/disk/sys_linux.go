package disk

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

func openDirect(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|unix.O_DIRECT, 0)
}

// supportsDirect tries whether files in dir can be opened past the page cache.
func supportsDirect(dir string) bool {
	probe := filepath.Join(dir, ".direct")
	f, err := os.OpenFile(probe, os.O_CREATE|os.O_WRONLY|unix.O_DIRECT, 0o600)
	if err != nil {
		_ = os.Remove(probe)
		return false
	}
	defer os.Remove(probe)
	defer f.Close()
	_, err = f.WriteAt(aligned(blockSize), 0)
	return err == nil
}

// writeVector writes all of the buffers with as few calls as it takes.
func writeVector(f *os.File, buffers [][]byte, offset int64) (written int, err error) {
	for len(buffers) > 0 {
		n, err := unix.Pwritev(int(f.Fd()), buffers, offset+int64(written))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return written, &os.PathError{Op: "pwritev", Path: f.Name(), Err: err}
		}
		written += n
		buffers = advance(buffers, n)
	}
	return written, nil
}

func syncData(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.EINTR) {
			return &os.PathError{Op: "fdatasync", Path: f.Name(), Err: err}
		}
	}
}

// syncFileSystem makes everything on dir's file system durable. Large uploads
// bypass the page cache, so there is little to flush that is not wanted.
func syncFileSystem(dir *os.File) error { return unix.Syncfs(int(dir.Fd())) }

func space(dir string) (free, total int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	return int64(s.Bavail) * s.Bsize, int64(s.Blocks) * s.Bsize, nil
}
