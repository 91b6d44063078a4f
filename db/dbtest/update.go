package dbtest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"pawl"
)

var (
	errOwn   = errors.New("the caller's own reason")
	errEnded = errors.New("the goroutine ended")
)

func updateIsAtomic(t *testing.T, s pawl.Store) {
	f, u := someFile(someID(1)), someUpload(someID(2))
	err := s.Update(t.Context(), func(tx pawl.Tx) error {
		err := errors.Join(
			tx.InsertFile(f),
			tx.InsertUpload(u),
			tx.Count(pawl.Tally{At: noon, MediaType: "text/plain", FilesAdded: 1}),
			tx.Record(pawl.Event{At: noon, Type: pawl.FileCreated}),
			tx.Enqueue(pawl.Job{Kind: pawl.ReclaimBlob, ID: someID(3)}),
			tx.Beat(noon),
		)
		return errors.Join(err, errOwn)
	})
	if !errors.Is(err, errOwn) {
		t.Fatalf("Update returned %v, not its caller's error", err)
	}
	wantNoFile(t, s, f.ID)
	wantNoUpload(t, s, u.ID)
	stats, err := s.Stats(t.Context(), pawl.Everybody, pawl.DayRange{From: noon, To: noon})
	wantEqual(t, stats.Totals, err, pawl.Totals{})
	events, err := s.Events(t.Context(), 0, 10)
	wantEqual(t, events, err, nil)
	waiting, err := s.(pawl.Jobs).Waiting(t.Context())
	wantEqual(t, waiting, err, nil)
	beat, err := s.Heartbeat(t.Context())
	wantEqual(t, beat, err, pawl.Heartbeat{})
}

func failedInsertIsFinal(t *testing.T, s pawl.Store) {
	f, other := someFile(someID(1)), someFile(someID(2))
	update(t, s, insertFiles(f))
	updateFails(t, s, pawl.Conflict, func(tx pawl.Tx) error {
		_ = tx.InsertFile(f)
		_ = tx.InsertFile(other)
		return nil // as if nothing had been
	})
	wantNoFile(t, s, other.ID)
}

func panicIsItsCallers(t *testing.T, s pawl.Store) {
	f := someFile(someID(1))
	func() {
		defer func() {
			if got := recover(); got != any(errOwn) {
				t.Errorf("recovered %v, want the caller's own value", got)
			}
		}()
		_ = s.Update(t.Context(), func(tx pawl.Tx) error {
			_ = tx.InsertFile(f)
			panic(errOwn)
		})
	}()
	wantNoFile(t, s, f.ID)
	update(t, s, insertFiles(f))
	wantFile(t, s, f)
}

func exitIsAnError(t *testing.T, s pawl.Store) {
	f := someFile(someID(1))
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() { done <- err }() // wherever the change runs
		err = errEnded
		err = s.Update(context.WithoutCancel(t.Context()), func(tx pawl.Tx) error {
			_ = tx.InsertFile(f)
			runtime.Goexit()
			return nil
		})
	}()
	if err := <-done; err == nil {
		t.Fatal("an update that never returned has succeeded")
	}
	wantNoFile(t, s, f.ID)
	update(t, s, insertFiles(f))
	wantFile(t, s, f)
}

func endedContextDoesNotRun(t *testing.T, s pawl.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 { // there may be two ways in
		err := s.Update(ctx, func(pawl.Tx) error {
			t.Error("it ran")
			return nil
		})
		wantKind(t, err, pawl.Unavailable)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("%v does not say that the context was cancelled", err)
		}
	}
}

func runningUpdateIsNotCut(t *testing.T, s pawl.Store) {
	f := someFile(someID(1))
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(tx pawl.Tx) error {
		cancel()
		return tx.InsertFile(f)
	})
	if err != nil {
		t.Fatal(err)
	}
	wantFile(t, s, f)
}

// neighboursFailAlone has every third update fail, and every third panic, at the
// same time as those that succeed.
func neighboursFailAlone(t *testing.T, s pawl.Store) {
	const n = 120
	files := make([]pawl.File, n)
	for i := range files {
		files[i] = someFile(someID(i))
	}
	together(n, func(i int) {
		defer func() {
			if got := recover(); (got != nil) != (i%3 == 2) {
				t.Errorf("update %d: recovered %v", i, got)
			}
		}()
		err := s.Update(t.Context(), func(tx pawl.Tx) error {
			if err := tx.InsertFile(files[i]); err != nil {
				return err
			}
			if err := tx.Record(pawl.Event{At: noon, Type: pawl.FileCreated, Subject: files[i].ID}); err != nil {
				return err
			}
			switch i % 3 {
			case 1:
				return fmt.Errorf("update %d: %w", i, errOwn)
			case 2:
				panic(i)
			}
			return nil
		})
		if errors.Is(err, errOwn) != (i%3 == 1) {
			t.Errorf("update %d: %v", i, err)
		}
	})
	for i, f := range files {
		if i%3 == 0 {
			wantFile(t, s, f)
		} else {
			wantNoFile(t, s, f.ID)
		}
	}
	events, err := s.Events(t.Context(), 0, n)
	if err != nil || len(events) != n/3 {
		t.Fatalf("%d events, %v; want %d", len(events), err, n/3)
	}
}

// readsSeeCommits reads everything back the moment its Update has returned.
func readsSeeCommits(t *testing.T, s pawl.Store) {
	var missed atomic.Int64
	together(8, func(i int) {
		for n := range 25 {
			f := someFile(someID(i*1000 + n))
			if err := s.Update(t.Context(), insertFiles(f)); err != nil {
				t.Error(err)
			}
			if _, err := s.File(t.Context(), f.ID); err != nil {
				missed.Add(1)
			}
		}
	})
	if n := missed.Load(); n > 0 {
		t.Fatalf("%d files were not there after their update", n)
	}
}
