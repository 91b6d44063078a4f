//go:build unix

package postgrestest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Pause stops the server and its sessions where they are, so that nothing answers and
// no connection breaks, until [Server.Resume].
func (s *Server) Pause() { s.signalAll(syscall.SIGSTOP) }

// Resume continues the server and its sessions after [Server.Pause].
func (s *Server) Resume() { s.signalAll(syscall.SIGCONT) }

// signalAll sends a signal to the server first, which then starts no more children, and
// to its children.
func (s *Server) signalAll(sig syscall.Signal) {
	if s.signal(sig) != nil {
		return // there is no server
	}
	pid, _ := s.serverPID()
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for child := range strings.FieldsSeq(string(children)) {
		if pid, err := strconv.Atoi(child); err == nil {
			_ = syscall.Kill(pid, sig)
		}
	}
}
