package postgrestest

import "syscall"

// endWithParent has the kernel end a program when the thread that started it ends.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
