package postgrestest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"pawl/internal/testbed/process"
)

const (
	// FirstDatabase is the database that every server has.
	FirstDatabase = "postgres"
	administrator = "pawl"
)

// Config says where a server keeps its data, and where it listens.
type Config struct {
	// Dir holds the data, in postgres, and the log. The user whom the server runs as has
	// to be able to reach it.
	Dir      string
	Address  string   // host:port on the loopback interface; empty: a unix socket in Dir, if Temporary
	Password string   // of the administrator; empty: every user of the machine is let in
	Settings []string // such as max_connections=200
	// Temporary servers trade durability for speed: what is committed outlives the
	// server's processes, not the machine. When this program ends without having ended
	// the server, Dir is removed.
	Temporary bool
}

// Server is a PostgreSQL, which can be stopped and started again. It keeps its address.
type Server struct {
	process.Process
	config Config
	tools  string // the directory of initdb and postgres
}

// New returns a server, with an empty database cluster if the directory has none. It is
// not started yet.
func New(ctx context.Context, c Config) (_ *Server, err error) {
	s := &Server{config: c}
	if s.tools, err = findTools(); err != nil {
		return nil, err
	}
	if s.As, err = process.Unprivileged("postgres", "nobody"); err != nil {
		return nil, err
	}
	s.Name, s.Log = "PostgreSQL", filepath.Join(c.Dir, "logs", "postgres.log")
	if c.Temporary { // the server's user has to be able to remove it
		s.Log = filepath.Join(c.Dir, "postgres.log")
	}
	s.Command, s.DeathSignal = s.command, syscall.SIGQUIT // children end with the server
	if _, err := os.Stat(filepath.Join(s.data(), "PG_VERSION")); err == nil {
		return s, nil
	}
	return s, s.initialize(ctx)
}

func (s *Server) data() string { return filepath.Join(s.config.Dir, "postgres") }

// initialize creates an empty database cluster, in place of one that was left
// incomplete.
func (s *Server) initialize(ctx context.Context) error {
	if err := os.RemoveAll(s.data()); err != nil {
		return err
	}
	if err := os.Mkdir(s.data(), 0o700); err != nil {
		return err
	}
	args := []string{"-D", s.data(), "-U", administrator, "-E", "UTF8"}
	owned := []string{s.data()}
	if s.config.Temporary {
		owned = append(owned, s.config.Dir) // which is ours alone otherwise
		args = append(args, "--locale=C", "--no-sync")
	} else {
		args = append(args, "--locale=C.UTF-8")
	}
	if s.config.Password == "" {
		args = append(args, "-A", "trust")
	} else {
		file := s.data() + ".password"
		defer os.Remove(file)
		if err := os.WriteFile(file, []byte(s.config.Password+"\n"), 0o600); err != nil {
			return err
		}
		args, owned = append(args, "-A", "scram-sha-256", "--pwfile="+file), append(owned, file)
	}
	for _, path := range owned {
		if err := s.As.Own(path); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.tools, "initdb"), args...)
	cmd.Dir, cmd.Env = s.data(), s.environ()
	process.Prepare(cmd, s.As, syscall.SIGKILL)
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.RemoveAll(s.data())
		return fmt.Errorf("initdb: %w\n%s%s", err, out, s.advice())
	}
	return nil
}

// advice explains the usual reason why PostgreSQL cannot reach its files.
func (s *Server) advice() string {
	if s.As == (process.Account{}) {
		return ""
	}
	return fmt.Sprintf("PostgreSQL does not run as root but as user %d, who must be able to reach %s", s.As.UID, s.config.Dir)
}

func (s *Server) environ() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.data(), "LC_ALL=C", "TZ=UTC", "DIR=" + s.config.Dir}
}

// watch runs the server and, when the kernel says that this program has ended, removes
// what the server leaves.
const watch = `trap 'gone=1; kill -QUIT $server' QUIT
"$@" & server=$!
while kill -0 $server 2>/dev/null; do wait $server; done
if [ -n "$gone" ]; then rm -rf "$DIR"; fi`

func (s *Server) command() *exec.Cmd {
	args := []string{filepath.Join(s.tools, "postgres"), "-D", s.data()}
	for _, setting := range s.settings() {
		args = append(args, "-c", setting)
	}
	if s.config.Temporary {
		args = append([]string{"/bin/sh", "-c", watch, "sh"}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = s.data(), s.environ()
	return cmd
}

func (s *Server) settings() []string {
	settings := []string{"listen_addresses=", "unix_socket_directories=" + s.config.Dir}
	if s.config.Address != "" {
		host, port, _ := net.SplitHostPort(s.config.Address) // as process.FreeAddress made it
		settings = []string{"listen_addresses=" + host, "port=" + port, "unix_socket_directories="}
	}
	if s.config.Temporary {
		settings = append(settings,
			"fsync=off", "synchronous_commit=on", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
			"autovacuum=off", "jit=off", "max_connections=200", "logging_collector=off", "shared_buffers=128MB")
	}
	return append(settings, s.config.Settings...)
}

// Start starts the server, and waits until it takes sessions.
func (s *Server) Start() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Process.Start(); err != nil {
		return err
	}
	if err := s.Await(ctx, s.answers); err != nil {
		s.Stop()
		return err
	}
	return nil
}

// answers reports whether the server takes sessions: it listens a little earlier.
func (s *Server) answers(ctx context.Context) bool {
	conn, err := pgx.Connect(ctx, s.DatabaseURL(FirstDatabase))
	if err != nil {
		return false
	}
	_ = conn.Close(ctx)
	return true
}

// Stop ends the server at once, as a crash does; what was committed stays.
func (s *Server) Stop() {
	_, ended := s.Current()
	if ended == nil {
		return
	}
	if s.signal(syscall.SIGQUIT) != nil {
		_ = s.Signal(syscall.SIGQUIT) // it has not come so far as to note its process id, or has ended
	}
	<-ended
}

// Shutdown ends a server that is not temporary in an orderly way. It does not wait for
// sessions to end.
func (s *Server) Shutdown() error { return s.Process.Stop(syscall.SIGINT, 20*time.Second) }

// DatabaseURL returns the URL of a database, with the administrator's credentials.
func (s *Server) DatabaseURL(name string) string {
	u := url.URL{Scheme: "postgres", User: url.User(administrator), Host: s.config.Address, Path: "/" + name}
	if s.config.Password != "" {
		u.User = url.UserPassword(administrator, s.config.Password)
	}
	if s.config.Address == "" {
		u.RawQuery = url.Values{"host": {s.config.Dir}}.Encode()
	} else {
		u.RawQuery = "sslmode=disable"
	}
	return u.String()
}

// Address returns where the server listens.
func (s *Server) Address() string { return s.config.Address }

// CreateDatabase creates an empty database.
func (s *Server) CreateDatabase(name string) error {
	return s.Run("CREATE DATABASE " + pgx.Identifier{name}.Sanitize())
}

// signal sends a signal to the server itself, which in a temporary one is a child of
// the process that was started.
func (s *Server) signal(sig syscall.Signal) error {
	pid, err := s.serverPID()
	if err != nil {
		return err
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Signal(sig)
}

// serverPID reads the server's process id from the file that it keeps while it runs.
func (s *Server) serverPID() (int, error) {
	content, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(content), "\n")
	return strconv.Atoi(first)
}
