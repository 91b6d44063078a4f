package uploads_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pawl"
	"pawl/db/postgres"
	"pawl/events"
	"pawl/files"
	"pawl/internal/testbed/postgrestest"
	"pawl/internal/testbed/s3test"
	"pawl/storage/multipart"
	"pawl/storage/s3"
	"pawl/uploads"
)

// countingStore counts the calls of a database, each of which is one round trip; a test of
// db/postgres holds them to that.
type countingStore struct {
	pawl.Store
	n, manifests *atomic.Int64
}

func (s countingStore) Update(ctx context.Context, fn func(pawl.Tx) error) error {
	s.n.Add(1)
	return s.Store.Update(ctx, fn)
}

func (s countingStore) Upload(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	s.n.Add(1)
	return s.Store.Upload(ctx, id)
}

func (s countingStore) Uploads(ctx context.Context, q pawl.UploadQuery) ([]pawl.Upload, error) {
	s.n.Add(1)
	return s.Store.Uploads(ctx, q)
}

func (s countingStore) UploadByJoinKey(ctx context.Context, owner, key string) (pawl.Upload, error) {
	s.n.Add(1)
	return s.Store.UploadByJoinKey(ctx, owner, key)
}

func (s countingStore) Joins(ctx context.Context, owner string, part pawl.ID) ([]pawl.ID, error) {
	s.n.Add(1)
	return s.Store.Joins(ctx, owner, part)
}

func (s countingStore) UsedPart(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	s.n.Add(1)
	return s.Store.UsedPart(ctx, id)
}

func (s countingStore) File(ctx context.Context, id pawl.ID) (pawl.File, error) {
	s.n.Add(1)
	return s.Store.File(ctx, id)
}

func (s countingStore) FileByJoinKey(ctx context.Context, owner, key string) (pawl.File, error) {
	s.n.Add(1)
	return s.Store.FileByJoinKey(ctx, owner, key)
}

func (s countingStore) Manifest(ctx context.Context, blob pawl.ID) (pawl.Manifest, error) {
	s.n.Add(1)
	s.manifests.Add(1)
	return s.Store.Manifest(ctx, blob)
}

func (s countingStore) ManifestSizes(ctx context.Context, blobs []pawl.ID) (map[pawl.ID]int64, error) {
	s.n.Add(1)
	return s.Store.ManifestSizes(ctx, blobs)
}

type countingLeases struct {
	pawl.Leases
	n *atomic.Int64
}

func (l countingLeases) Take(ctx context.Context, id pawl.ID, wait time.Duration) (pawl.Lease, error) {
	l.n.Add(1)
	return l.Leases.Take(ctx, id, wait)
}

func (l countingLeases) GiveBack(ctx context.Context, lease pawl.Lease) error {
	l.n.Add(1)
	return l.Leases.GiveBack(ctx, lease)
}

// counted is an instance on PostgreSQL and S3 whose round trips to the database are counted.
type counted struct {
	*instance
	files  *files.Service
	bucket *s3.Bucket
	n      atomic.Int64
	// manifests is how many of them read a manifest.
	manifests atomic.Int64
}

func newCounted(t *testing.T) *counted {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	database, err := postgres.Open(t.Context(), postgres.Config{URL: postgrestest.URL(t), Log: log})
	must(t, err)
	t.Cleanup(func() { _ = database.Close() })
	config, err := s3.ParseURL(s3test.URL(s3test.Start(t).Address))
	must(t, err)
	config.Log = log
	bucket, err := s3.Open(t.Context(), config)
	must(t, err)
	c := &counted{instance: &instance{t, database, nil}, bucket: bucket}
	c.restart()
	return c
}

// restart forgets all that is in memory alone, and begins to count.
func (c *counted) restart() {
	c.t.Helper()
	if c.uploads != nil {
		c.uploads.Close(c.t.Context())
	}
	log := slog.New(slog.DiscardHandler)
	store := countingStore{c.store, &c.n, &c.manifests}
	blobs := multipart.Open(multipart.Config{Remote: c.bucket, Manifests: store, Prefix: "blobs/", Log: log})
	c.t.Cleanup(func() { _ = blobs.Close() })
	feed := events.New(store, pawl.OwnersOnly)
	service := uploads.New(uploads.Config{
		Store: store, Blobs: blobs, Leases: countingLeases{c.store.Leases(), &c.n}, Policy: pawl.OwnersOnly, Events: feed,
		Gates: pawl.Gates{Detect: func([]byte) string { return "text/plain" }}, Log: log, Now: time.Now,
	})
	c.t.Cleanup(func() { service.Close(context.Background()) })
	c.uploads = service
	c.files = files.New(files.Config{Store: store, Blobs: blobs, Policy: pawl.OwnersOnly, Events: feed, Log: log, Now: time.Now})
	c.n.Store(0)
	c.manifests.Store(0)
}

// spent returns the round trips since it was called last.
func (c *counted) spent() int64 { return c.n.Swap(0) }

// want checks how many round trips something took.
func (c *counted) want(what string, most int64) {
	c.t.Helper()
	if n := c.spent(); n > most {
		c.t.Errorf("%s made %d round trips to the database, at most %d expected", what, n, most)
	}
}

// firstRead calls first before its first Read.
type firstRead struct {
	io.Reader
	first func()
}

func (r *firstRead) Read(p []byte) (int, error) {
	if r.first != nil {
		r.first()
		r.first = nil
	}
	return r.Reader.Read(p)
}

// TestRoundTrips counts the round trips to the database that somebody waits for.
func TestRoundTrips(t *testing.T) {
	c := newCounted(t)
	content := strings.Repeat("0123456789", 1000)
	id := c.begin(int64(2 * len(content)))
	must(t, c.append(id, 0, strings.NewReader(content)))
	c.restart()
	body := &firstRead{strings.NewReader(content), func() { c.want("a cold PATCH before its first byte", 4) }}
	must(t, c.append(id, int64(len(content)), body))
	c.spent()
	c.wantOffset(id, int64(2*len(content)))
	c.want("a HEAD of an upload that is open", 0)
	c.finish(id)
	c.restart()

	_, r, err := c.files.Open(t.Context(), pawl.Local, id)
	must(t, err)
	got, err := io.ReadAll(r)
	must(t, err)
	_ = r.Close()
	if string(got) != content+content {
		t.Errorf("the file has %d bytes", len(got))
	}
	c.want("a download", 1)

	for range 50 {
		must(t, c.append(c.begin(100), 0, strings.NewReader("0123456789")))
	}
	c.restart()
	list, err := c.uploads.List(t.Context(), pawl.Local, pawl.UploadQuery{Limit: 50})
	must(t, err)
	for _, up := range list {
		if up.Progress.Offset != 10 {
			t.Errorf("%s is listed at %d", up.ID, up.Progress.Offset)
		}
	}
	c.want("a list of 50 uploads", 2)
}

// TestRoundTripsOfAJoin joins parts that are complete and closed, as after a restart.
func TestRoundTripsOfAJoin(t *testing.T) {
	c := newCounted(t)
	const parts = 8
	spec := uploads.Spec{Kind: pawl.Final}
	for range parts {
		up, err := c.uploads.Plan(t.Context(), pawl.Local, uploads.Spec{Kind: pawl.Partial, Length: 10})
		must(t, err)
		must(t, c.uploads.Begin(t.Context(), up))
		must(t, c.append(up.ID, 0, strings.NewReader("0123456789")))
		c.finish(up.ID)
		spec.Parts = append(spec.Parts, up.ID)
	}
	c.restart()
	planned, err := c.uploads.Plan(t.Context(), pawl.Local, spec)
	must(t, err)
	c.want("the plan of a join", parts)
	must(t, c.uploads.Join(t.Context(), pawl.Local, planned))
	f, err := c.store.File(t.Context(), planned.ID)
	must(t, err)
	if f.Size != 10*parts {
		t.Errorf("the file has %d bytes", f.Size)
	}
	// Each part's is read once to join it and once to delete it; the file's is read twice.
	if n := c.manifests.Load(); n > 2*parts+2 {
		t.Errorf("a join of %d parts read %d manifests", parts, n)
	}
	c.want("a join", 5*parts+10)
}
