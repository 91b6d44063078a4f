// Package postgrestest provides a real PostgreSQL to tests and to development
// clusters: the server that PAWL_TEST_POSTGRES_URL names (tests only), else one of the
// binaries installed on the machine, else of those that npm has.
package postgrestest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"pawl/internal/testbed"
	"pawl/internal/testbed/process"
)

// URL returns the URL of a new, empty database, which is dropped when the test ends.
// All tests of a process share one server, which ends with the process.
func URL(t testing.TB) string {
	t.Helper()
	testbed.SkipShort(t, "PostgreSQL")
	if given := os.Getenv("PAWL_TEST_POSTGRES_URL"); given != "" {
		return database(t, given)
	}
	server, err := shared()
	if err != nil {
		testbed.SkipAloud(t, fmt.Sprintf("PostgreSQL: %v", err))
	}
	return server.URL(t)
}

var shared = sync.OnceValues(func() (*Server, error) { return temporary("") })

// Start starts a server on a unix socket, which ends with the test.
func Start(t testing.TB) *Server { return startFor(t, "") }

// StartTCP starts a server on a port of 127.0.0.1, which ends with the test. It keeps
// its port when it is started again.
func StartTCP(t testing.TB) *Server {
	t.Helper()
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return startFor(t, address)
}

func startFor(t testing.TB, address string) *Server {
	t.Helper()
	testbed.SkipShort(t, "PostgreSQL")
	s, err := temporary(address)
	if err != nil {
		testbed.SkipAloud(t, fmt.Sprintf("PostgreSQL: %v", err))
	}
	t.Cleanup(func() {
		s.Resume()
		s.Stop()
		_ = os.RemoveAll(s.config.Dir)
	})
	return s
}

// longestDir leaves room for the name of a socket: its path has at most 107 bytes.
const longestDir = 70

// temporary starts a server whose data is removed when this program ends.
func temporary(address string) (*Server, error) {
	parent := os.TempDir()
	if len(parent) > longestDir {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "pawl-pg-")
	if err != nil {
		return nil, err
	}
	s, err := New(context.Background(), Config{Dir: dir, Address: address, Temporary: true})
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// URL returns the URL of a new, empty database of the server, which is dropped when the
// test ends.
func (s *Server) URL(t testing.TB) string {
	t.Helper()
	return database(t, s.DatabaseURL(FirstDatabase))
}

// database creates a database beside the one that the URL names.
func database(t testing.TB, server string) string {
	t.Helper()
	name := "pawl_test_" + strings.ToLower(rand.Text()[:12])
	if err := run(server, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := run(server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Logf("drop a database: %v", err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// Run runs a statement as the server's administrator.
func (s *Server) Run(sql string) error { return run(s.DatabaseURL(FirstDatabase), sql) }

func run(server, sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}
