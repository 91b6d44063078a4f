//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// noFollow has an open fail where the path ends in a symbolic link.
const noFollow = syscall.O_NOFOLLOW

// tryLock locks the file for this process, unless somebody else holds it.
func tryLock(file *os.File) (held bool, err error) {
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}
