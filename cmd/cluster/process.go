package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// process is one program of the cluster: it can be started again after it has
// ended, and its output goes on in the same file. It ends with this program.
type process struct {
	name    string
	command func() *exec.Cmd
	log     string // file

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{} // closed when cmd has
}

// start runs the program; it is no error if it runs already.
func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(p.log), 0o755); err != nil {
		return err
	}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := p.command()
	cmd.Stdout, cmd.Stderr = log, log
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in ProcessState
		close(ended)
	}()
	p.cmd, p.ended = cmd, ended
	return nil
}

// running is for holders of mu.
func (p *process) running() bool {
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

// now is the process of the last start, and what closes at its end; both are nil
// before the first.
func (p *process) now() (*exec.Cmd, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd, p.ended
}

func (p *process) pid() int {
	cmd, _ := p.now()
	if cmd == nil {
		return 0
	}
	return cmd.Process.Pid
}

// signal is sent to the process alone. That it has ended is no error.
func (p *process) signal(s os.Signal) error {
	cmd, _ := p.now()
	if cmd == nil {
		return nil
	}
	if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// kill is kill -9, and waits until the process is gone.
func (p *process) kill() {
	if cmd, ended := p.now(); cmd != nil {
		_ = cmd.Process.Kill()
		<-ended
	}
}

// stop asks the process to end, and kills it when it does not.
func (p *process) stop(ask os.Signal, patience time.Duration) error {
	cmd, ended := p.now()
	if cmd == nil {
		return nil
	}
	if err := p.signal(ask); err != nil {
		return err
	}
	select {
	case <-ended:
	case <-time.After(patience):
		p.kill()
		return fmt.Errorf("%s did not end within %s and was killed; its log is %s", p.name, patience, p.log)
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("%s ended with exit code %d; its log is %s", p.name, code, p.log)
	}
	return nil
}

// tail is the end of the process's log.
func (p *process) tail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}
