package s3_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"pawl"
	"pawl/db/sqlite"
	"pawl/internal/testbed/s3test"
	"pawl/storage/s3"
	"pawl/storage/storagetest"
)

// books is a real database for the accounts.
func books(t *testing.T) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "pawl.db"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

type option func(*s3.Config)

// open is a storage on the server, or the proxy, at an address.
func open(t *testing.T, address string, books s3.Books, options ...option) *s3.Blobs {
	t.Helper()
	c, err := s3.ParseURL(s3test.URL(address))
	if err != nil {
		t.Fatal(err)
	}
	c.Books, c.SettleAfter, c.Log = books, 500*time.Millisecond, slog.New(slog.DiscardHandler)
	for _, set := range options {
		set(&c)
	}
	blobs, err := s3.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return blobs
}

func TestContract(t *testing.T) {
	server := s3test.Start(t)
	n := 0
	storagetest.Run(t, func(t *testing.T) (pawl.Blobs, storagetest.Books) {
		store := books(t)
		n++
		prefix := string(rune('a'+n)) + "/" // a listing sees its own test's alone
		return open(t, server.Address, store, func(c *s3.Config) { c.Prefix = prefix }), store
	})
}

func TestCheck(t *testing.T) {
	server := s3test.Start(t)
	if err := open(t, server.Address, books(t)).Check(t.Context()); err != nil {
		t.Error(err)
	}
	missing := open(t, server.Address, books(t), func(c *s3.Config) { c.Bucket = "no-such-bucket" })
	if err := missing.Check(t.Context()); pawl.KindOf(err) != pawl.Unavailable {
		t.Errorf("a bucket that is missing: %v", err)
	}
}
