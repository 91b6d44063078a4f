package postgres

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pawl"
	"pawl/db/rows"
	"pawl/internal/testbed/postgrestest"
)

// roundTrips counts those of one connection: what was written after something was read.
type roundTrips struct {
	net.Conn
	heard atomic.Bool
	n     *atomic.Int64
}

func (r *roundTrips) Write(b []byte) (int, error) {
	if r.heard.Swap(false) {
		r.n.Add(1)
	}
	return r.Conn.Write(b)
}

func (r *roundTrips) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	if n > 0 {
		r.heard.Store(true)
	}
	return n, err
}

// counted returns a store and leases on the database of s, over one connection, and the
// round trips that it has made.
func counted(t *testing.T, s *Store) (*Store, *Leases, *atomic.Int64) {
	t.Helper()
	var n atomic.Int64
	config := s.pool.Config()
	config.MaxConns = 1
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false }
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &roundTrips{Conn: conn, n: &n}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	one := newStore(pool, rows.NewSearches(1), s.log)
	leases := &Leases{store: one, log: s.log}
	if err := s.Leases().renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	leases.set(s.leases.current())
	return one, leases, &n
}

// TestRoundTrips counts the round trips of what an upload, a download and a list wait for,
// once a connection has prepared the statements. The ping of a connection that was idle
// for a second is not counted.
func TestRoundTrips(t *testing.T) {
	whole := openTest(t, postgrestest.URL(t))
	s, leases, n := counted(t, whole)
	id := pawl.NewID(time.Now())
	err := whole.Update(t.Context(), func(tx pawl.Tx) error {
		for number := 1; number <= 1000; number++ {
			if err := tx.AddPart(id, pawl.Part{Number: number, Size: 5 << 20, ETag: "etag"}); err != nil {
				return err
			}
		}
		if err := tx.AddTail(id, pawl.Tail{Key: "tail", Place: 5000 << 20, Size: 1}); err != nil {
			return err
		}
		if err := tx.SaveManifest(pawl.Manifest{Blob: id, Size: 5000<<20 + 1}); err != nil {
			return err
		}
		return writeOne(tx, id)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		want int64
		call func(context.Context) error
	}{
		{"Upload", 1, func(ctx context.Context) error { _, err := s.Upload(ctx, id); return err }},
		{"Uploads", 1, func(ctx context.Context) error {
			_, err := s.Uploads(ctx, pawl.UploadQuery{Owner: pawl.Everybody, Limit: 50})
			return err
		}},
		{"File", 1, func(ctx context.Context) error { _, err := s.File(ctx, id); return err }},
		{"Files", 1, func(ctx context.Context) error {
			_, err := s.Files(ctx, pawl.FileQuery{Owner: pawl.Everybody, Words: []string{"a"}, Limit: 50})
			return err
		}},
		{"Manifest", 1, func(ctx context.Context) error { _, err := s.Manifest(ctx, id); return err }},
		{"ManifestSizes", 1, func(ctx context.Context) error {
			_, err := s.ManifestSizes(ctx, append(make([]pawl.ID, 50), id))
			return err
		}},
		{"Take, one's own", 1, func(ctx context.Context) error { _, err := leases.Take(ctx, id, time.Second); return err }},
		{"Take, free", 1, func(ctx context.Context) error {
			_, err := leases.Take(ctx, pawl.NewID(time.Now()), time.Second)
			return err
		}},
	} {
		if err := c.call(t.Context()); err != nil { // prepares the statements
			t.Fatal(c.name, err)
		}
		before := n.Load()
		if err := c.call(t.Context()); err != nil {
			t.Fatal(c.name, err)
		}
		if got := n.Load() - before; got != c.want {
			t.Errorf("%s: %d round trips, want %d", c.name, got, c.want)
		}
	}
}

// writeOne writes an upload and a file of one id.
func writeOne(tx pawl.Tx, id pawl.ID) error {
	now := time.Now()
	err := tx.InsertUpload(pawl.Upload{ID: id, Kind: pawl.Regular, Name: "a", CreatedAt: now, UpdatedAt: now})
	if err != nil {
		return err
	}
	return tx.InsertFile(pawl.File{ID: id, Name: "a", State: pawl.Ready, CreatedAt: now, UpdatedAt: now})
}
