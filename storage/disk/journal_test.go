package disk

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pawl"
)

// crashed is what a power cut leaves of blobs in the middle of their work: the
// journal's segments alone, and none of the files that were not synced.
func crashed(t *testing.T, b *Blobs) *Blobs {
	t.Helper()
	return reopened(t, journalOf(t, b))
}

// journalOf returns a directory with a copy of the journal's segments alone.
func journalOf(t *testing.T, b *Blobs) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "blobs"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, s := range b.journal.segments {
		content, err := os.ReadFile(s.path)
		if err != nil {
			continue // not made yet
		}
		if err := os.WriteFile(filepath.Join(dir, "blobs", filepath.Base(s.path)), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// reopened opens a directory and gives every blob in its journal its file.
func reopened(t *testing.T, dir string) *Blobs {
	t.Helper()
	again, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = again.Close() })
	if err := again.journal.flush(); err != nil {
		t.Fatal(err)
	}
	return again
}

// flush gives every blob its file that has none.
func (j *journal) flush() error {
	j.mu.Lock()
	pending := slices.Collect(maps.Values(j.pending))
	j.mu.Unlock()
	for _, e := range pending {
		if err := j.materialise(e); err != nil {
			return err
		}
	}
	return nil
}

func content(i int) []byte { return bytes.Repeat([]byte{byte(i), byte(i >> 8), 'x'}, 1+i*31%3000) }

func putAll(t *testing.T, b *Blobs, n int) []pawl.ID {
	t.Helper()
	ids := make([]pawl.ID, n)
	var group sync.WaitGroup
	limit := make(chan struct{}, 16)
	for i := range ids {
		ids[i] = pawl.NewID(time.Now())
		limit <- struct{}{}
		group.Go(func() {
			defer func() { <-limit }()
			if err := b.Put(context.Background(), ids[i], content(i)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	return ids
}

func TestJournalIsReplayed(t *testing.T) {
	b := open(t)
	ids := putAll(t, b, 300)
	again := crashed(t, b)
	for i, id := range ids {
		wantPrefix(t, again, id, content(i))
	}
	more := putAll(t, again, 10) // in a journal whose old blobs are safe by now
	wantPrefix(t, crashed(t, again), more[9], content(9))
}

// TestReplayBelievesNoFile has files from before a crash that are as long as they
// should be, and others that are not, and none of whose bytes have reached the disk.
func TestReplayBelievesNoFile(t *testing.T) {
	b := open(t)
	ids := putAll(t, b, 3)
	dir := journalOf(t, b)
	for i, id := range ids {
		path := filepath.Join(dir, "blobs", strings.TrimPrefix(b.path(id), b.dir))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, len(content(i))+i-1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := reopened(t, dir)
	for i, id := range ids {
		got, err := os.ReadFile(again.path(id))
		if err != nil || !bytes.Equal(got, content(i)) {
			t.Errorf("file %d has %d bytes, %v", i, len(got), err)
		}
	}
}

func TestJournalIsEmptyAfterAStopInGoodOrder(t *testing.T) {
	b, err := Open(Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	putAll(t, b, 50)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for blob := range crashed(t, b).All(t.Context()) {
		t.Fatalf("%v was replayed", blob)
	}
}

// TestJournalTurnsOver writes several times what the segments hold: the files of
// a segment that has been reused are durable by themselves, all others are in the
// journal.
func TestJournalTurnsOver(t *testing.T) {
	b := open(t)
	first := putAll(t, b, 1)
	began := b.journal.segments[0].generation
	ids := append(first, putAll(t, b, 24_000)[1:]...)
	if turns := b.journal.segments[b.journal.active].generation - began; turns < 2 {
		t.Fatalf("%d turns: the segments were not reused", turns)
	}
	for i, id := range ids {
		r, err := b.Open(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil || !bytes.Equal(got, content(i)) {
			t.Fatalf("blob %d: %d bytes, %v", i, len(got), err)
		}
	}
	newest := ids[len(ids)-1]
	wantPrefix(t, crashed(t, b), newest, content(len(ids)-1))
}

func TestTornRecordIsNotReplayed(t *testing.T) {
	b := open(t)
	for i := range 3 { // one batch each
		putAll(t, b, i+1)
	}
	ids := putAll(t, b, 1)
	s := b.journal.segments[0]
	damage(t, s.path, s.next-blockSize+headerSize) // in the last batch
	again := crashed(t, b)
	if size, err := again.Size(t.Context(), ids[0]); err != nil || size != 0 {
		t.Errorf("a torn record was replayed: %d bytes, %v", size, err)
	}
	n := 0
	for range again.All(t.Context()) {
		n++
	}
	if n != 6 {
		t.Errorf("%d whole records were replayed, want 6", n)
	}
}

func damage(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{0xff}, at); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestHalfMadeSegmentIsMadeAnew(t *testing.T) {
	b := open(t)
	putAll(t, b, 1)
	if err := os.Truncate(b.journal.segments[0].path, segmentSize/2); err != nil {
		t.Fatal(err)
	}
	again := crashed(t, b)
	id := putAll(t, again, 1)[0]
	if size, err := again.Size(t.Context(), id); err != nil || size != int64(len(content(0))) {
		t.Errorf("%d bytes, %v", size, err)
	}
}

func TestReadOnlyLeavesTheJournalAlone(t *testing.T) {
	b := open(t)
	ids := putAll(t, b, 20)
	look, err := Open(Config{Dir: filepath.Dir(b.dir), Log: b.log, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := look.Put(t.Context(), pawl.NewID(time.Now()), nil); err == nil {
		t.Error("it put a blob")
	}
	if err := look.Close(); err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		wantPrefix(t, crashed(t, b), id, content(i))
	}
}

func TestDeletedBeforeItHadAFile(t *testing.T) {
	b := open(t)
	e := &entry{id: pawl.NewID(time.Now()), content: []byte("gone before")}
	b.journal.hold([]*entry{e})
	if err := b.Delete(t.Context(), e.id); err != nil {
		t.Fatal(err)
	}
	if err := b.journal.materialise(e); err != nil {
		t.Fatal(err)
	}
	for {
		b.journal.mu.Lock()
		idle := len(b.journal.queue) == 0
		b.journal.mu.Unlock()
		if idle {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if n, err := b.Size(t.Context(), e.id); err != nil || n != 0 {
		t.Errorf("%d bytes, %v", n, err)
	}
}
