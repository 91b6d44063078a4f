package upkeep_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"pawl"
	"pawl/db/sqlite"
	"pawl/events"
	"pawl/files"
	"pawl/storage/disk"
	"pawl/upkeep"
	"pawl/uploads"
)

// house is the domain on a real database and a real disk.
type house struct {
	t       *testing.T
	store   *sqlite.Store
	blobs   *disk.Blobs
	uploads *uploads.Service
	files   *files.Service
	janitor *upkeep.Janitor
}

func build(t *testing.T, finish ...pawl.FinishGate) *house {
	t.Helper()
	return buildOn(t, func(s pawl.Store) pawl.Store { return s }, finish...)
}

// buildOn is build with uploads that see the store through wrap.
func buildOn(t *testing.T, wrap func(pawl.Store) pawl.Store, finish ...pawl.FinishGate) *house {
	t.Helper()
	log, dir := slog.New(slog.DiscardHandler), t.TempDir()
	store, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(dir, "pawl.db"), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	blobs, err := disk.Open(disk.Config{Dir: dir, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	events := events.New(store, pawl.OwnersOnly)
	uploads := uploads.New(uploads.Config{
		Store: wrap(store), Blobs: blobs, Policy: pawl.OwnersOnly, Events: events, Log: log, Now: time.Now,
		Gates: pawl.Gates{Finish: finish, Detect: func([]byte) string { return "text/plain" }},
	})
	files := files.New(files.Config{Store: store, Blobs: blobs, Policy: pawl.OwnersOnly, Events: events, Log: log, Now: time.Now})
	janitor := upkeep.New(upkeep.Config{Uploads: uploads, Files: files, Store: store, Jobs: store, Blobs: blobs, Log: log, Now: time.Now})
	return &house{t, store, blobs, uploads, files, janitor}
}

func (h *house) check(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// complete begins an upload whose bytes are all there, as a crash before its
// finish leaves it.
func (h *house) complete(content string) pawl.ID {
	h.t.Helper()
	up, err := h.uploads.Plan(h.t.Context(), pawl.Local, uploads.Spec{Kind: pawl.Regular, Length: int64(len(content))})
	h.check(err)
	h.check(h.uploads.Begin(h.t.Context(), up))
	h.check(h.blobs.Put(h.t.Context(), up.ID, []byte(content)))
	return up.ID
}

// work runs the janitor until the test says so; stop returns when it has ended.
func (h *house) work() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.janitor.Run(ctx)
	}()
	return func() {
		cancel()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			h.t.Error("the janitor does not stop")
		}
	}
}

func (h *house) eventually(what string, condition func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if condition() {
			return
		}
	}
	h.t.Fatalf("%s did not happen", what)
}

func (h *house) isFile(id pawl.ID) bool {
	_, err := h.store.File(context.Background(), id)
	return err == nil
}

func TestJanitorFinishesWhatACrashLeft(t *testing.T) {
	h := build(t)
	id := h.complete("all here")
	defer h.work()()
	h.eventually("the finish", func() bool { return h.isFile(id) })
}

// hanging is a gate that answers only when it is called off.
type hanging struct{}

func (hanging) Finish(ctx context.Context, _ pawl.File) error {
	<-ctx.Done()
	return pawl.Because(ctx.Err(), pawl.Unavailable, "the checker does not answer")
}

func TestJanitorIsNotStoppedByASlowGate(t *testing.T) {
	h := build(t, hanging{})
	waiting := h.complete("waits")
	f := pawl.File{ID: pawl.NewID(time.Now()), Owner: "local", Name: "a", State: pawl.Ready, MediaType: "text/plain", CreatedAt: time.Now(), UpdatedAt: time.Now()}
	h.check(h.store.Update(t.Context(), func(tx pawl.Tx) error { return tx.InsertFile(f) }))
	stop := h.work()
	h.files.CountDownload(f.ID)
	h.eventually("counting a download", func() bool {
		counted, err := h.store.File(t.Context(), f.ID)
		return err == nil && counted.Downloads == 1
	})
	stop()
	if h.isFile(waiting) {
		t.Error("a file was let pass that nobody had answered for")
	}
	if _, err := h.store.Upload(t.Context(), waiting); err != nil {
		t.Errorf("the upload is gone: %v", err)
	}
}

// TestJanitorDeletesOrphansItCanAnswerFor has one blob from before the database's
// last sign of life and one from after it, as a restored backup would have.
func TestJanitorDeletesOrphansItCanAnswerFor(t *testing.T) {
	h := build(t)
	beat := time.Now().Add(-24 * time.Hour)
	h.check(h.store.Update(t.Context(), func(tx pawl.Tx) error { return tx.Beat(beat) }))
	before, after := pawl.NewID(beat.Add(-time.Hour)), pawl.NewID(beat.Add(time.Hour))
	for _, id := range []pawl.ID{before, after} {
		h.check(h.blobs.Put(t.Context(), id, []byte("orphan")))
	}
	kept := h.complete("a file")
	defer h.work()()
	size := func(id pawl.ID) int64 {
		n, err := h.blobs.Size(t.Context(), id)
		h.check(err)
		return n
	}
	h.eventually("deleting the old orphan", func() bool { return size(before) == 0 })
	h.eventually("the finish", func() bool { return h.isFile(kept) })
	if size(after) == 0 || size(kept) == 0 {
		t.Error("bytes were deleted that the database may have forgotten, or a file's")
	}
}

func TestCheckFindsAndMends(t *testing.T) {
	h := build(t)
	whole, lost := h.complete("complete"), h.complete("bytes that go missing")
	h.check(h.store.Update(t.Context(), func(tx pawl.Tx) error {
		return tx.SaveProgress(lost, pawl.Progress{Offset: 21}, time.Now())
	}))
	h.check(h.blobs.Delete(t.Context(), lost))
	h.check(h.blobs.Put(t.Context(), pawl.NewID(time.Now()), []byte("orphan")))
	look := func(mend bool) []upkeep.Problem {
		c := upkeep.Checker{Store: h.store, Blobs: h.blobs, Uploads: h.uploads, Mend: mend, Read: true}
		report, err := c.Check(t.Context())
		h.check(err)
		return report.Problems
	}
	if found := look(false); len(found) != 3 {
		t.Fatalf("found %v, want 3 problems", found)
	}
	for _, problem := range look(true) {
		if !problem.Mended {
			t.Errorf("not mended: %v", problem)
		}
	}
	if left := look(false); len(left) != 0 || !h.isFile(whole) {
		t.Errorf("left: %v", left)
	}
}
