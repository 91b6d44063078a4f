package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"pawl/internal/testbed/process"
)

// instance is one Pawl.
type instance struct {
	process.Process
	address string
}

func (i *instance) url() string { return "http://" + i.address }

// newInstance makes the number-th Pawl ready to be started, with these variables.
func newInstance(number int, dir, binary string, environ []string) (*instance, error) {
	address, err := process.FreeAddress()
	if err != nil {
		return nil, err
	}
	i := &instance{address: address}
	i.Name = fmt.Sprintf("pawl-%d", number)
	i.Log = filepath.Join(dir, "logs", i.Name+".log")
	i.Command = func() *exec.Cmd {
		cmd := exec.Command(binary, "serve")
		// Not the tree's: were anything written here, it would show.
		cmd.Dir = filepath.Join(dir, "logs")
		cmd.Env = append(append(os.Environ(), environ...), "PAWL_LISTEN="+address, "PAWL_LOG_FORMAT=json")
		return cmd
	}
	return i, nil
}

func (i *instance) ready(ctx context.Context) bool {
	return process.AnswersOK(ctx, i.url()+"/readyz", time.Second)
}

// down lets it drain.
func (i *instance) down() error { return i.Stop(syscall.SIGTERM, 40*time.Second) }
