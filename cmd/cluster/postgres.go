package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	osuser "os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgres is the cluster's database server.
type postgres struct {
	process
	dir      string // of the data
	address  string
	password string
	as       user
	options  []string // of the server, such as fsync=off
}

// user is who a program runs as.
type user struct{ uid, gid uint32 }

// nobodyElse is who runs this program.
var nobodyElse = user{}

const (
	databaseUser  = "pawl"
	firstDatabase = "postgres" // initdb makes it
)

// url is where instances find a database.
func (p *postgres) url(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(databaseUser, p.password), Host: p.address,
		Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// newPostgres makes the server ready to be started, and its data at the first time.
func newPostgres(ctx context.Context, dir, password string, options []string) (*postgres, error) {
	binaries, err := postgresBinaries()
	if err != nil {
		return nil, err
	}
	as, err := postgresUser()
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	p := &postgres{dir: filepath.Join(dir, "postgres"), address: address, password: password, as: as, options: options}
	p.name, p.log = "PostgreSQL", filepath.Join(dir, "logs", "postgres.log")
	p.command = func() *exec.Cmd { return p.server(filepath.Join(binaries, "postgres")) }
	if _, err := os.Stat(filepath.Join(p.dir, "PG_VERSION")); err == nil {
		return p, nil
	}
	return p, p.init(ctx, filepath.Join(binaries, "initdb"))
}

// init makes an empty database cluster. One that was cut off is made anew.
func (p *postgres) init(ctx context.Context, initdb string) error {
	if err := os.RemoveAll(p.dir); err != nil {
		return err
	}
	if err := os.Mkdir(p.dir, 0o700); err != nil {
		return err
	}
	passwordFile := p.dir + ".password"
	defer os.Remove(passwordFile)
	if err := os.WriteFile(passwordFile, []byte(p.password+"\n"), 0o600); err != nil {
		return err
	}
	for _, path := range []string{p.dir, passwordFile} {
		if p.as == nobodyElse {
			break
		}
		if err := os.Chown(path, int(p.as.uid), int(p.as.gid)); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, initdb, "-D", p.dir, "-U", databaseUser, "-A", "scram-sha-256", "--pwfile="+passwordFile,
		"-E", "UTF8", "--locale=C.UTF-8")
	cmd.Dir = p.dir
	runAs(cmd, p.as)
	detach(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.RemoveAll(p.dir)
		return fmt.Errorf("initdb: %w\n%s%s", err, out, p.advice())
	}
	return nil
}

// advice is for the usual reason why PostgreSQL cannot get at its files.
func (p *postgres) advice() string {
	if p.as == nobodyElse {
		return ""
	}
	return fmt.Sprintf("PostgreSQL does not run as root but as user %d, who must be able to reach %s; choose a place with -dir", p.as.uid, p.dir)
}

func (p *postgres) server(binary string) *exec.Cmd {
	host, port, _ := net.SplitHostPort(p.address) // made by freeAddress
	args := []string{"-D", p.dir, "-c", "listen_addresses=" + host, "-p", port, "-c", "unix_socket_directories="}
	for _, option := range p.options {
		args = append(args, "-c", option)
	}
	cmd := exec.Command(binary, args...)
	cmd.Dir = p.dir
	runAs(cmd, p.as)
	return cmd
}

// up starts the server and waits until it takes connections.
func (p *postgres) up(ctx context.Context) error {
	if err := p.start(); err != nil {
		return err
	}
	return p.await(ctx, p.answers)
}

// answers reports whether it takes sessions: it listens a little earlier.
func (p *postgres) answers(ctx context.Context) bool {
	conn, err := pgx.Connect(ctx, p.url(firstDatabase))
	if err != nil {
		return false
	}
	_ = conn.Close(ctx)
	return true
}

// down ends it the fast way: sessions are cut, what is committed is kept.
func (p *postgres) down() error { return p.stop(syscall.SIGINT, 20*time.Second) }

// postgresBinaries is the directory of the newest PostgreSQL on this machine.
func postgresBinaries() (string, error) {
	places, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // Debian; the pattern is well formed
	more, _ := filepath.Glob("/usr/pgsql-*/bin")            // Red Hat
	places = append(places, more...)
	slices.SortFunc(places, func(a, b string) int { return majorVersion(b) - majorVersion(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			places = append(places, filepath.Dir(path))
		}
	}
	for _, dir := range places {
		if isProgram(filepath.Join(dir, "initdb")) && isProgram(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", errors.New("PostgreSQL is not installed: initdb and postgres are needed (Debian: postgresql)")
}

func majorVersion(dir string) int {
	digits := strings.Trim(dir, "/abcdefghijklmnopqrstuvwxyz-")
	major, _, _ := strings.Cut(digits, ".")
	n, _ := strconv.Atoi(major) // 0 for a name without a number
	return n
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// postgresUser is who the server runs as: it refuses to be root.
func postgresUser() (user, error) {
	if os.Geteuid() != 0 {
		return nobodyElse, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := osuser.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err == nil && err2 == nil && uid > 0 {
			return user{uid: uint32(uid), gid: uint32(gid)}, nil
		}
	}
	return user{}, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody")
}
