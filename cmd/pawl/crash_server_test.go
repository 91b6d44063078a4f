package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"pawl/internal/testbed"
	"pawl/internal/testbed/process"
)

// crashServer is the server's process, of which there is one at a time.
type crashServer struct {
	process.Process
	t      *testing.T
	binary string
	data   string
	listen string
	url    string
}

func newCrashServer(t *testing.T, data string) *crashServer {
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	s := &crashServer{t: t, binary: testbed.Pawl(t), data: data, listen: address, url: "http://" + address}
	s.Name, s.Log = "pawl", filepath.Join(t.TempDir(), "server.log")
	s.Command = func() *exec.Cmd { return s.command("serve") }
	t.Cleanup(s.Kill)
	return s
}

func (s *crashServer) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.binary, args...)
	cmd.Env = append(os.Environ(), "PAWL_LISTEN="+s.listen, "PAWL_DATA_DIR="+s.data)
	return cmd
}

func (s *crashServer) start() {
	if err := s.Start(); err != nil {
		s.t.Error(err)
	}
}

// checkAlive makes sure that it is this test that ends the server.
func (s *crashServer) checkAlive() {
	_, ended := s.Current()
	select {
	case <-ended:
		s.t.Errorf("the server ended by itself\n%s", s.logTail())
	default:
	}
}

// stop has the server drain and waits for it.
func (s *crashServer) stop() error { return s.Stop(syscall.SIGTERM, time.Minute) }

// check has the stopped server's data checked by its own fsck.
func (s *crashServer) check() {
	out, err := s.command("check", "--read").CombinedOutput()
	if err != nil {
		s.t.Errorf("pawl check: %v\n%s", err, out)
	}
	s.t.Logf("pawl check: %s", bytes.TrimSpace(out))
}

func (s *crashServer) logTail() string { return s.Tail(4000) }

// stacks has a server that hangs say where, by SIGQUIT, which ends it.
func (s *crashServer) stacks() string {
	_, ended := s.Current()
	_ = s.Signal(syscall.SIGQUIT)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
	}
	return s.Tail(60_000)
}
