//go:build !unix

package process

import (
	"errors"
	"os/exec"
	"syscall"
)

// Prepare does nothing on this system.
func Prepare(*exec.Cmd, Account, syscall.Signal) {}

// Pause returns an error: this system cannot stop processes.
func (p *Process) Pause() error { return errors.ErrUnsupported }

// Resume returns an error: this system cannot stop processes.
func (p *Process) Resume() error { return errors.ErrUnsupported }
