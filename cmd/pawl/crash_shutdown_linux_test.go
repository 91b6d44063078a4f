package main_test

import (
	"os"
	"syscall"
	"unsafe"
)

// shutDown has the ext4 file system of a directory write nothing more, not even
// its journal (EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH).
func shutDown(dir *os.File) error {
	const shutdown, noLogFlush = 0x8004587d, uint32(2)
	flags := noLogFlush
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, dir.Fd(), shutdown, uintptr(unsafe.Pointer(&flags)))
	if errno != 0 {
		return errno
	}
	return nil
}
