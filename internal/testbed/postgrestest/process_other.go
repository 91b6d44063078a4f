//go:build !unix

package postgrestest

import (
	"os"
	"syscall"
)

// Windows cannot stop a process for a while.
const (
	pauseSignal  = syscall.Signal(-1)
	resumeSignal = syscall.Signal(-1)
)

// attributes returns nil: programs are started as they are.
func attributes(*account) *syscall.SysProcAttr { return nil }

// send ends the process, which is all that a signal can do to it here.
func send(pid int, sig syscall.Signal) {
	if sig != syscall.SIGQUIT {
		return
	}
	if process, err := os.FindProcess(pid); err == nil {
		_ = process.Kill()
	}
}
