// Package process runs the programs that tests and development clusters need beside
// them: database servers, proxies, and Pawl itself.
package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Process is one program, which can be started again after it has ended. It ends
// with this program, however that ends.
type Process struct {
	Name    string           // in errors
	Log     string           // the file that stdout and stderr are appended to
	Command func() *exec.Cmd // returns a new command for each start
	As      Account          // whom it runs as
	// DeathSignal is sent when this program ends without having ended it (Linux
	// only); SIGKILL if it is 0.
	DeathSignal syscall.Signal

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{} // closed when cmd has ended
}

// Start runs the program. It does nothing if the program runs already.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(p.Log), 0o755); err != nil {
		return err
	}
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := p.Command()
	cmd.Stdout, cmd.Stderr = log, log
	Prepare(cmd, p.As, p.DeathSignal)
	ended := make(chan struct{})
	if err := run(cmd, ended); err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	p.cmd, p.ended = cmd, ended
	return nil
}

// run starts a command and closes ended when it has ended. The kernel sends the death
// signal when the thread that started the process ends, so that thread is kept.
func run(cmd *exec.Cmd, ended chan<- struct{}) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in ProcessState
			close(ended)
		}
	}()
	return <-started
}

// running reports whether the program runs. The caller holds mu.
func (p *Process) running() bool {
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// Current returns the command of the last start, and a channel that is closed when it
// ends. Both are nil before the first start.
func (p *Process) Current() (*exec.Cmd, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd, p.ended
}

// PID returns the process id of the last start; 0 before the first.
func (p *Process) PID() int {
	cmd, _ := p.Current()
	if cmd == nil {
		return 0
	}
	return cmd.Process.Pid
}

// Signal sends a signal to the process, not to its children. It does nothing if the
// process has ended.
func (p *Process) Signal(s os.Signal) error {
	cmd, _ := p.Current()
	if cmd == nil {
		return nil
	}
	if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	return nil
}

// Kill ends the process with SIGKILL and waits until it is gone.
func (p *Process) Kill() {
	if cmd, ended := p.Current(); cmd != nil {
		_ = cmd.Process.Kill()
		<-ended
	}
}

// Stop sends a signal and waits for the process to end. It kills a process that has
// not ended after the limit, and returns an error then, or if the exit code is not 0.
func (p *Process) Stop(s os.Signal, limit time.Duration) error {
	cmd, ended := p.Current()
	if cmd == nil {
		return nil
	}
	if err := p.Signal(s); err != nil {
		return err
	}
	select {
	case <-ended:
	case <-time.After(limit):
		p.Kill()
		return fmt.Errorf("%s did not end within %s and was killed; its log is %s", p.Name, limit, p.Log)
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("%s ended with exit code %d; its log is %s", p.Name, code, p.Log)
	}
	return nil
}

// Tail returns the last n bytes of the log.
func (p *Process) Tail(n int) string {
	text, err := os.ReadFile(p.Log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-n):])
}

// IsProgram reports whether path is a file that can be executed.
func IsProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
