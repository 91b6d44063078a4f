//go:build unix && !linux

package postgrestest

import "syscall"

// endWithParent does nothing: only Linux offers it. Tests that are killed leave
// their server behind.
func endWithParent(*syscall.SysProcAttr) {}
