package upkeep_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pawl"
	"pawl/uploads"
)

// fullStorage is a storage that has no room while it is full.
type fullStorage struct {
	pawl.Blobs
	full atomic.Bool
}

func (s *fullStorage) Free(ctx context.Context) (int64, error) {
	if s.full.Load() {
		return 0, nil
	}
	return s.Blobs.Free(ctx)
}

// ending is a house whose uploads can end in every way.
type ending struct {
	*house
	storage *fullStorage
	clock   atomic.Int64 // how far it is ahead
}

func newEnding(t *testing.T) *ending {
	h := build(t)
	e := &ending{house: h, storage: &fullStorage{Blobs: h.blobs}}
	c := h.uploads.Config
	c.Blobs, c.Expiry, c.MaxSize = e.storage, time.Hour, 100
	c.Now = func() time.Time { return time.Now().Add(time.Duration(e.clock.Load())) }
	h.uploads = uploads.New(c)
	return e
}

// append sends bytes from the beginning on, and wants an error of a kind.
func (e *ending) append(id pawl.ID, body string, want pawl.Kind) {
	e.t.Helper()
	s, err := e.uploads.Open(e.t.Context(), pawl.Local, id, func() {})
	e.check(err)
	defer s.Close()
	_, err = s.Append(e.t.Context(), 0, strings.NewReader(body))
	e.want(err, want)
}

func (e *ending) want(err error, want pawl.Kind) {
	e.t.Helper()
	if pawl.KindOf(err) != want {
		e.t.Fatalf("%v is not of kind %q", err, want)
	}
}

func (e *ending) abort(id pawl.ID) {
	e.t.Helper()
	e.check(e.uploads.Abort(e.t.Context(), pawl.Local, id))
}

// expire lets the upload's time run out.
func (e *ending) expire(id pawl.ID) {
	e.t.Helper()
	e.uploads.Close(e.t.Context()) // what is open does not expire
	e.clock.Add(int64(2 * time.Hour))
	e.want(e.uploads.Advance(e.t.Context(), id), pawl.Gone)
}

func (e *ending) lose(id pawl.ID) {
	e.t.Helper()
	e.check(e.store.Update(e.t.Context(), func(tx pawl.Tx) error {
		return tx.SaveProgress(id, pawl.Progress{Offset: 5}, time.Now())
	}))
	e.want(e.uploads.Advance(e.t.Context(), id), pawl.Gone)
}

func (e *ending) finish(id pawl.ID) {
	e.t.Helper()
	e.check(e.declare(id, 3))
	e.send(id, "all")
}

func (e *ending) totals() pawl.Totals {
	e.t.Helper()
	stats, err := e.store.Stats(e.t.Context(), pawl.Everybody, pawl.DayRange{})
	e.check(err)
	return stats.Totals
}

// TestFailedCountsEveryBadEnd ends uploads in every way there is, with and without
// having met a full storage before.
func TestFailedCountsEveryBadEnd(t *testing.T) {
	e := newEnding(t)
	for _, tt := range []struct {
		name             string
		finished, failed int64
		meet             bool // the storage is full when bytes come, more than once
		room             bool // there is room again for the end
		end              func(id pawl.ID)
	}{
		{"finished", 1, 0, false, true, e.finish},
		{"aborted", 0, 0, false, true, e.abort},
		{"refused", 0, 1, false, true, func(id pawl.ID) { e.append(id, strings.Repeat("x", 101), pawl.TooLarge) }},
		{"lost", 0, 1, false, true, e.lose},
		{"expired", 0, 1, false, true, e.expire},
		{"aborted for want of room", 0, 1, true, false, e.abort},
		{"expired for want of room", 0, 1, true, false, e.expire},
		{"finished when there was room again", 1, 0, true, true, e.finish},
		{"aborted when there was room again", 0, 0, true, true, func(id pawl.ID) {
			e.append(id, "x", "")
			e.abort(id)
		}},
	} {
		before := e.totals()
		id := e.begin(uploads.Spec{Kind: pawl.Regular, Length: pawl.UnknownLength})
		if e.storage.full.Store(tt.meet); tt.meet {
			e.append(id, "x", pawl.NoSpace)
			e.append(id, "x", pawl.NoSpace)
		}
		e.storage.full.Store(!tt.room)
		tt.end(id)
		e.storage.full.Store(false)
		after := e.totals()
		finished, failed := after.UploadsFinished-before.UploadsFinished, after.UploadsFailed-before.UploadsFailed
		if finished != tt.finished || failed != tt.failed || after.UploadsActive != 0 {
			t.Errorf("%s: %d finished, %d failed, %d active", tt.name, finished, failed, after.UploadsActive)
		}
	}
}
