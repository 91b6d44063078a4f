package process

import "syscall"

// tieToParent has the kernel send a signal to the process when this program ends.
func tieToParent(attributes *syscall.SysProcAttr, signal syscall.Signal) {
	if signal == 0 {
		signal = syscall.SIGKILL
	}
	attributes.Pdeathsig = signal
}
