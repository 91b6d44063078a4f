package main

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

const noFollow = 0

// farAway is a byte that nobody writes: a locked one cannot be read either, and
// the process id at the beginning is to be read.
const farAway = 1 << 30

// tryLock locks the file for this process, unless somebody else holds it.
func tryLock(file *os.File) (held bool, err error) {
	flags := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	err = windows.LockFileEx(windows.Handle(file.Fd()), flags, 0, 1, 0, &windows.Overlapped{Offset: farAway})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return true, nil
	}
	return false, err
}
