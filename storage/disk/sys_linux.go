package disk

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// directFlag opens a file past the page cache.
const directFlag = unix.O_DIRECT

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

// syncsFileSystem reports whether syncFileSystem is one call of the system.
const syncsFileSystem = true

// syncFileSystem makes everything on dir's file system durable. Large uploads
// bypass the page cache, so there is little to flush that is not wanted.
func (*files) syncFileSystem(dir *os.File) error { return unix.Syncfs(int(dir.Fd())) }

func space(dir string) (free, total int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	return int64(s.Bavail) * s.Bsize, int64(s.Blocks) * s.Bsize, nil
}
