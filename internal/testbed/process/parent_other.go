//go:build unix && !linux

package process

import "syscall"

func tieToParent(*syscall.SysProcAttr, syscall.Signal) {}
