package s3_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"pawl"
	"pawl/db/sqlite"
	"pawl/internal/testbed/s3test"
	"pawl/storage/multipart"
	"pawl/storage/s3"
	"pawl/storage/storagetest"
)

// database is a real one for the manifests.
func database(t *testing.T) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "pawl.db"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// open opens the bucket of a server, with another prefix or name if they are not empty.
func open(t *testing.T, server *s3test.Server, store multipart.ManifestStore, bucket, prefix string) *multipart.Blobs {
	t.Helper()
	c, err := s3.ParseURL(s3test.URL(server.Address))
	if err != nil {
		t.Fatal(err)
	}
	if bucket != "" {
		c.Bucket = bucket
	}
	remote, err := s3.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	blobs := multipart.Open(multipart.Config{Remote: remote, Manifests: store, Prefix: prefix, FlushAfter: 500 * time.Millisecond})
	t.Cleanup(func() { _ = blobs.Close() })
	return blobs
}

func TestContract(t *testing.T) {
	server := s3test.Start(t)
	n := 0
	storagetest.Run(t, func(t *testing.T) (pawl.Blobs, storagetest.ManifestStore) {
		store := database(t)
		n++
		return open(t, server, store, "", string(rune('a'+n))+"/"), store // a listing sees its own test's only
	})
}

func TestCheck(t *testing.T) {
	server := s3test.Start(t)
	if err := open(t, server, database(t), "", "blobs/").Check(t.Context()); err != nil {
		t.Error(err)
	}
	if err := open(t, server, database(t), "no-such-bucket", "").Check(t.Context()); pawl.KindOf(err) != pawl.Unavailable {
		t.Errorf("a bucket that is missing: %v", err)
	}
}
