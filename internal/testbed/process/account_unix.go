//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// Prepare has a command run as an account, unaffected by the terminal's Ctrl-C, and
// ended with this program by the death signal, as [Process] says.
func Prepare(cmd *exec.Cmd, as Account, death syscall.Signal) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if as != (Account{}) {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: as.UID, Gid: as.GID}
	}
	tieToParent(cmd.SysProcAttr, death)
}

// Pause stops the process until [Process.Resume], without its knowing.
func (p *Process) Pause() error { return p.Signal(syscall.SIGSTOP) }

// Resume continues a process after [Process.Pause].
func (p *Process) Resume() error { return p.Signal(syscall.SIGCONT) }
