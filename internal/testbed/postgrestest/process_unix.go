//go:build unix

package postgrestest

import "syscall"

const (
	pauseSignal  = syscall.SIGSTOP
	resumeSignal = syscall.SIGCONT
)

// attributes returns how a program is started: as the account, unless that is nil,
// and in a process group of its own, which Ctrl-C does not reach.
func attributes(as *account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if as != nil {
		attr.Credential = &syscall.Credential{Uid: as.uid, Gid: as.gid}
	}
	endWithParent(attr)
	return attr
}

// send sends a signal. That the process has ended is no error.
func send(pid int, sig syscall.Signal) { _ = syscall.Kill(pid, sig) }
