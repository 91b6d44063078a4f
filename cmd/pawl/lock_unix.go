//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// noFollow makes os.OpenFile fail if the path is a symbolic link.
const noFollow = syscall.O_NOFOLLOW

// tryLock locks the file. It reports held if another process has locked it.
func tryLock(file *os.File) (held bool, err error) {
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}
