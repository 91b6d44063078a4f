package uploads_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"pawl"
	"pawl/db/postgres"
	"pawl/events"
	"pawl/files"
	"pawl/internal/testbed/postgrestest"
	"pawl/storage/disk"
	"pawl/uploads"
)

// instance is one of several that share a database and the bytes.
type instance struct {
	t       *testing.T
	store   *postgres.Store
	uploads *uploads.Service
}

// cluster starts instances on one database. They share one storage object: what is
// tested is who may write, not where.
func cluster(t *testing.T, n int) (instances []*instance, url string) {
	return clusterWith(t, n, func(l pawl.Leases) pawl.Leases { return l })
}

func clusterWith(t *testing.T, n int, leases func(pawl.Leases) pawl.Leases) (instances []*instance, url string) {
	t.Helper()
	url = postgrestest.URL(t)
	log := slog.New(slog.DiscardHandler)
	blobs, err := disk.Open(disk.Config{Dir: t.TempDir(), Log: log})
	must(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	for range n {
		store, err := postgres.Open(t.Context(), postgres.Config{URL: url, Log: log})
		must(t, err)
		t.Cleanup(func() { _ = store.Close() })
		events := events.New(store, pawl.OwnersOnly)
		uploads := uploads.New(uploads.Config{
			Store: store, Blobs: blobs, Leases: leases(store.Leases()), Policy: pawl.OwnersOnly, Events: events,
			Gates: pawl.Gates{Detect: func([]byte) string { return "text/plain" }}, Log: log, Now: time.Now,
		})
		ctx, stop := context.WithCancel(context.Background())
		listening := make(chan struct{})
		go func() {
			defer close(listening)
			store.Listen(ctx, postgres.Heard{
				Wanted: func(id pawl.ID) { go uploads.Yield(ctx, id) },
				Event:  func() {},
			})
		}()
		t.Cleanup(func() {
			uploads.Close(context.Background())
			stop()
			<-listening
		})
		instances = append(instances, &instance{t, store, uploads})
	}
	return instances, url
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (i *instance) begin(length int64) pawl.ID {
	i.t.Helper()
	up, err := i.uploads.Plan(i.t.Context(), pawl.Local, uploads.Spec{Kind: pawl.Regular, Length: length, Name: "a.txt"})
	must(i.t, err)
	must(i.t, i.uploads.Begin(i.t.Context(), up))
	return up.ID
}

func (i *instance) append(id pawl.ID, offset int64, body io.Reader) error {
	s, err := i.uploads.Open(i.t.Context(), pawl.Local, id, func() {})
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = s.Append(i.t.Context(), offset, body)
	return err
}

func (i *instance) wantOffset(id pawl.ID, want int64) {
	i.t.Helper()
	up, err := i.uploads.Status(i.t.Context(), pawl.Local, id)
	if err != nil || up.Progress.Offset != want {
		i.t.Fatalf("offset %d (%v), want %d", up.Progress.Offset, err, want)
	}
}

func (i *instance) finish(id pawl.ID) {
	i.t.Helper()
	s, err := i.uploads.Open(i.t.Context(), pawl.Local, id, func() {})
	must(i.t, err)
	defer s.Close()
	must(i.t, s.Finish(i.t.Context()))
}

func TestUploadResumesAtAnotherInstance(t *testing.T) {
	all, _ := cluster(t, 3)
	content := strings.Repeat("0123456789", 6000)
	id := all[0].begin(int64(len(content)))
	for n, offset := 0, 0; offset < len(content); n++ {
		end := min(offset+7001, len(content))
		must(t, all[n%3].append(id, int64(offset), strings.NewReader(content[offset:end])))
		offset = end
		all[(n+1)%3].wantOffset(id, int64(offset))
		all[n%3].wantOffset(id, int64(offset))
	}
	all[1].finish(id)
	f, err := all[2].store.File(t.Context(), id)
	must(t, err)
	if f.Size != int64(len(content)) {
		t.Errorf("the file has %d bytes", f.Size)
	}
	all[0].finish(id) // again, from elsewhere: it is a file already
}

// dripping gives some bytes and then nothing, until it is released.
type dripping struct {
	first    io.Reader
	waiting  chan struct{}
	released chan struct{}
}

func (d *dripping) Read(p []byte) (int, error) {
	if n, err := d.first.Read(p); err == nil {
		return n, nil
	}
	close(d.waiting)
	<-d.released
	return 0, pawl.Errorf(pawl.Interrupted, "another request wants the upload")
}

// TestNewcomerAtAnotherInstance finds the upload in the hands of a dead connection
// elsewhere: that one lets go, and nothing it has received is lost.
func TestNewcomerAtAnotherInstance(t *testing.T) {
	all, _ := cluster(t, 2)
	id := all[0].begin(20)
	body := &dripping{strings.NewReader("0123456789"), make(chan struct{}), make(chan struct{})}
	ended := make(chan error, 1)
	go func() {
		s, err := all[0].uploads.Open(t.Context(), pawl.Local, id, func() { close(body.released) })
		if err == nil {
			_, err = s.Append(t.Context(), 0, body)
			s.Close()
		}
		ended <- err
	}()
	<-body.waiting
	s, err := all[1].uploads.Open(t.Context(), pawl.Local, id, func() {})
	must(t, err)
	if err := <-ended; pawl.KindOf(err) != pawl.Interrupted {
		t.Errorf("the holder ended with %v", err)
	}
	all[1].wantOffset(id, 10)
	_, err = s.Append(t.Context(), 10, strings.NewReader("0123456789"))
	must(t, err)
	must(t, s.Finish(t.Context()))
	s.Close()
}

// TestReplacedHolderCommitsNothing takes the upload from an instance that believes
// it has it still.
func TestReplacedHolderCommitsNothing(t *testing.T) {
	all, url := cluster(t, 2)
	id := all[0].begin(pawl.UnknownLength)
	s, err := all[0].uploads.Open(t.Context(), pawl.Local, id, func() {})
	must(t, err)
	_, err = s.Append(t.Context(), 0, strings.NewReader("0123456789"))
	must(t, err)
	declareDead(t, url)

	must(t, all[1].append(id, 10, strings.NewReader("abcdefghij")))
	if err := s.DeclareLength(t.Context(), 30); pawl.KindOf(err) != pawl.Locked {
		t.Errorf("a replaced holder changes the upload: %v", err)
	}
	s.Close()
	s, err = all[1].uploads.Open(t.Context(), pawl.Local, id, func() {})
	must(t, err)
	must(t, s.DeclareLength(t.Context(), 20))
	s.Close()
	all[1].finish(id)
	f, err := all[1].store.File(t.Context(), id)
	must(t, err)
	_, r, err := files.New(files.Config{Store: all[1].store, Blobs: all[1].uploads.Blobs, Policy: pawl.OwnersOnly}).Open(t.Context(), pawl.Local, id)
	must(t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	must(t, err)
	if !bytes.Equal(got, []byte("0123456789abcdefghij")) || f.Size != 20 {
		t.Errorf("the file is %q", got)
	}
}

// TestFinishIfIdleWhileLeased asks about a complete upload whose lease another instance
// holds, as one does that was killed a moment ago: a job finishes it.
func TestFinishIfIdleWhileLeased(t *testing.T) {
	all, _ := cluster(t, 2)
	id := all[0].begin(10)
	s, err := all[0].uploads.Open(t.Context(), pawl.Local, id, func() {})
	must(t, err)
	defer s.Close()
	_, err = s.Append(t.Context(), 0, strings.NewReader("0123456789"))
	must(t, err)
	must(t, all[1].uploads.FinishIfIdle(t.Context(), id))
	waiting, err := all[1].store.Waiting(t.Context())
	must(t, err)
	if waiting[pawl.FinishUpload] != 1 {
		t.Errorf("jobs that wait: %v, want 1 that finishes the upload", waiting)
	}
}

// declareDead has the database forget every instance, as if none had shown for long
// that it is alive.
func declareDead(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), "DELETE FROM instances")
	must(t, err)
}

// unlucky loses answers of the database: what was asked for has been done, or has
// not, and it is told that it failed.
type unlucky struct {
	pawl.Leases
	lostTakes, failedReturns *atomic.Int32 // how many more
}

var errLostAnswer = pawl.Errorf(pawl.Unavailable, "the database is not available")

func (u unlucky) Take(ctx context.Context, id pawl.ID, wait time.Duration) (pawl.Lease, error) {
	l, err := u.Leases.Take(ctx, id, wait)
	if err == nil && u.lostTakes.Add(-1) >= 0 {
		return pawl.Lease{}, errLostAnswer
	}
	return l, err
}

func (u unlucky) GiveBack(ctx context.Context, l pawl.Lease) error {
	if u.failedReturns.Add(-1) >= 0 {
		return errLostAnswer
	}
	return u.Leases.GiveBack(ctx, l)
}

// TestLeaseThatNobodyKnowsOf is one that the database says an instance has, which
// itself has heard, or said, something else.
func TestLeaseThatNobodyKnowsOf(t *testing.T) {
	var lostTakes, failedReturns atomic.Int32
	all, _ := clusterWith(t, 2, func(l pawl.Leases) pawl.Leases { return unlucky{l, &lostTakes, &failedReturns} })
	for name, unlucky := range map[string]*atomic.Int32{"taken": &lostTakes, "not given back": &failedReturns} {
		id := all[0].begin(10)
		unlucky.Store(1)
		if s, err := all[0].uploads.Open(t.Context(), pawl.Local, id, func() {}); err == nil {
			s.Close()
		}
		if err := all[1].append(id, 0, strings.NewReader("0123456789")); err != nil {
			t.Errorf("%s: the other instance cannot have it: %v", name, err)
		}
		all[1].finish(id)
	}
}
