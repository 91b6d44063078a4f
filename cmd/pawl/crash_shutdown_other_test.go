//go:build !linux

package main_test

import (
	"errors"
	"os"
)

// shutDown fails: the power cut is simulated with ext4, which only Linux has.
func shutDown(*os.File) error { return errors.ErrUnsupported }
