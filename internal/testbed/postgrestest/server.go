package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL of the test's own, which can be taken away and come back.
type Server struct {
	tools   string // the directory of initdb and postgres
	dir     string // short, as it holds the socket
	listen  listening
	port    int           // on loopback; 0: on a socket
	as      *account      // nil: as this process
	running chan struct{} // closed when it has ended
}

// account is a user of the machine.
type account struct{ uid, gid uint32 }

type listening int

const (
	socket listening = iota
	loopback
)

// Start starts a server on a unix socket, which ends with the test.
func Start(t testing.TB) *Server { return startFor(t, socket) }

// StartTCP starts one on a port of 127.0.0.1, which it keeps when it is started
// again; for what needs a network in between.
func StartTCP(t testing.TB) *Server { return startFor(t, loopback) }

func startFor(t testing.TB, on listening) *Server {
	t.Helper()
	skipShort(t)
	s, err := start(on)
	if err != nil {
		SkipAloud(t, fmt.Sprintf("PostgreSQL: %v", err))
	}
	t.Cleanup(func() {
		s.Resume()
		s.Stop()
		_ = os.RemoveAll(s.dir)
	})
	return s
}

func start(on listening) (_ *Server, err error) {
	s := &Server{listen: on}
	if s.tools, err = findTools(); err != nil {
		return nil, err
	}
	if s.as, err = unprivileged(); err != nil {
		return nil, err
	}
	if err := s.makeDir(); err != nil {
		return nil, err
	}
	if err := s.initialize(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	if err := s.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

// longestDir leaves a socket's name its place: it can have 107 bytes.
const longestDir = 70

func (s *Server) makeDir() (err error) {
	parent := os.TempDir()
	if len(parent) > longestDir {
		parent = "/tmp"
	}
	if s.dir, err = os.MkdirTemp(parent, "pawl-pg-"); err != nil {
		return err
	}
	if s.as != nil {
		return os.Chown(s.dir, int(s.as.uid), int(s.as.gid))
	}
	return nil
}

// unprivileged is whom to run as: PostgreSQL refuses to be root's.
func unprivileged() (*account, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &account{uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return nil, errors.New("root cannot run it, and there is no user postgres or nobody")
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = attributes(s.as)
	return cmd
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) initialize() error {
	cmd := s.command(filepath.Join(s.tools, "initdb"),
		"-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, output)
	}
	return nil
}

// watch runs the server and, should this process be gone, removes what it leaves.
// The signal comes from the kernel when the process ends, however it does.
const watch = `trap 'gone=1; kill -QUIT $server' QUIT
"$@" & server=$!
while kill -0 $server 2>/dev/null; do wait $server; done
if [ -n "$gone" ]; then rm -rf "$DIR"; fi`

// Start starts the server again after Stop. It returns when it answers.
func (s *Server) Start() error {
	if s.listen == loopback && s.port == 0 {
		port, err := freePort()
		if err != nil {
			return err
		}
		s.port = port
	}
	args := []string{"-c", watch, "sh", filepath.Join(s.tools, "postgres"), "-D", s.data(), "-k", s.dir}
	for _, setting := range s.settings() {
		args = append(args, "-c", setting)
	}
	cmd := s.command("/bin/sh", args...)
	cmd.Env = append(cmd.Env, "DIR="+s.dir)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	s.running = make(chan struct{})
	started := make(chan error)
	go func() {
		// The kernel's signal comes when the thread that started it ends.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		close(s.running)
	}()
	if err := <-started; err != nil {
		return err
	}
	if err := s.await(); err != nil {
		s.Stop()
		return fmt.Errorf("%w: %s", err, log.String())
	}
	return nil
}

// settings are those of a server whose data outlives its processes, but needs not
// outlive the machine: commits are handed to the system, and not synced.
func (s *Server) settings() []string {
	settings := []string{
		"fsync=off", "synchronous_commit=on", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
		"autovacuum=off", "jit=off", "max_connections=200", "logging_collector=off", "shared_buffers=128MB",
	}
	if s.listen == socket {
		return append(settings, "listen_addresses=")
	}
	return append(settings, "listen_addresses=127.0.0.1", "port="+strconv.Itoa(s.port))
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// await waits until the server answers.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.admin())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.running:
			return fmt.Errorf("PostgreSQL did not start: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// URL is that of a fresh, empty database on this server, dropped with the test.
func (s *Server) URL(t testing.TB) string {
	t.Helper()
	return database(t, s.admin())
}

func (s *Server) admin() string {
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres"}
	if s.listen == loopback {
		u.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))
	} else {
		u.RawQuery = url.Values{"host": {s.dir}}.Encode()
	}
	return u.String()
}

// Stop ends the server at once, as a crash would; what was committed stays.
func (s *Server) Stop() {
	send(s.pid(), syscall.SIGQUIT)
	<-s.running
}

// Pause stops the server and everybody it serves where they are, so that nothing
// answers and nothing breaks; Resume lets them go on.
func (s *Server) Pause() { s.signal(pauseSignal) }

// Resume goes on after Pause.
func (s *Server) Resume() { s.signal(resumeSignal) }

// signal goes to the server first, which then makes no more children.
func (s *Server) signal(sig syscall.Signal) {
	pid := s.pid()
	send(pid, sig)
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for child := range strings.FieldsSeq(string(children)) {
		if pid, err := strconv.Atoi(child); err == nil {
			send(pid, sig)
		}
	}
}

// pid is the server's, from the file that it keeps while it runs. Signals to a pid
// of no process, such as this one when there is none, reach nobody.
func (s *Server) pid() int {
	const nobody = 1 << 30
	content, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return nobody
	}
	first, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || pid <= 1 {
		return nobody
	}
	return pid
}

// Run runs a statement as the server's administrator.
func (s *Server) Run(sql string) error { return run(s.admin(), sql) }
