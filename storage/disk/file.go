package disk

import (
	"errors"
	"os"
	"syscall"
)

// file is what a blob's bytes are written through. Both ways reach the same
// file: WriteAt through the page cache, WriteBlocks past it.
type file interface {
	WriteAt(p []byte, offset int64) (int, error)
	// WriteBlocks writes the buffers one after the other from offset on. Offset,
	// addresses and lengths are multiples of blockSize.
	WriteBlocks(buffers [][]byte, offset int64) (int, error)
	Sync() error // data, and the size
	Truncate(size int64) error
	Size() (int64, error)
	Close() error
}

// osFile is a file of the operating system.
type osFile struct {
	*os.File
	direct *os.File // the same file with O_DIRECT; nil where that is not to be had
}

func (f osFile) WriteBlocks(buffers [][]byte, offset int64) (int, error) {
	if f.direct != nil {
		return writeVector(f.direct, buffers, offset)
	}
	return writeVector(f.File, buffers, offset)
}

func (f osFile) Sync() error { return syncData(f.File) }

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f osFile) Close() error {
	if f.direct != nil {
		return errors.Join(f.direct.Close(), f.File.Close())
	}
	return f.File.Close()
}

func isNoSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
