package main

import (
	"os/exec"
	"syscall"
)

// detach makes a process deaf to the terminal's Ctrl-C, so that the cluster can
// end its parts in order, and has the kernel end it should the cluster die.
func detach(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}

// runAs has a process run as another user.
func runAs(cmd *exec.Cmd, u user) {
	if u == nobodyElse {
		return
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: u.uid, Gid: u.gid}}
}
