// Package postgrestest gives tests a real PostgreSQL: the server that
// PAWL_TEST_POSTGRES_URL names, else a throw-away one of the binaries found on the
// machine, else of those that npm has.
package postgrestest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// URL is that of a fresh, empty database, which is dropped when the test ends. All
// tests of a process share one server, which ends with the process.
func URL(t testing.TB) string {
	t.Helper()
	skipShort(t)
	if given := os.Getenv("PAWL_TEST_POSTGRES_URL"); given != "" {
		return database(t, given)
	}
	server, err := shared()
	if err != nil {
		SkipAloud(t, fmt.Sprintf("PostgreSQL: %v", err))
	}
	return server.URL(t)
}

var shared = sync.OnceValues(func() (*Server, error) { return start(socket) })

// database makes one beside the one that the URL names.
func database(t testing.TB, server string) string {
	t.Helper()
	name := "pawl_test_" + strings.ToLower(rand.Text()[:12])
	if err := run(server, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("make a database: %v", err)
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

// skipShort skips tests that require PostgreSQL with -short.
func skipShort(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("requires PostgreSQL")
	}
}

// SkipAloud notes what is not tested where `make test` reads it out at its end; go
// test says nothing of it. In CI it is a failure.
func SkipAloud(t testing.TB, what string) {
	t.Helper()
	if list := os.Getenv("PAWL_TEST_SKIPPED"); list != "" {
		f, err := os.OpenFile(list, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := fmt.Fprintln(f, what); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("not tested: " + what)
	}
	t.Skip("not tested: " + what)
}
