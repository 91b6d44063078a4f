package dbtest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pawl"
)

func recordEvents(events ...pawl.Event) func(tx pawl.Tx) error {
	return func(tx pawl.Tx) error {
		for _, e := range events {
			if err := tx.Record(e); err != nil {
				return err
			}
		}
		return nil
	}
}

func eventsComeBack(t *testing.T, s pawl.Store) {
	wantSpan(t, s, 0, 0)
	events := []pawl.Event{
		{At: noon, Type: pawl.UploadStarted, Subject: someID(1), Owner: "ann"},
		{At: noon, Type: pawl.UploadEnded, Subject: someID(1), Owner: "ann", Outcome: pawl.Rejected, Reason: "it's \"too\" big"},
		{At: noon.Add(-time.Hour), Type: pawl.FileCreated, Subject: someID(2), Owner: "bob", Outcome: pawl.Finished},
	}
	update(t, s, recordEvents(events...))
	got, err := s.Events(t.Context(), 0, 10)
	if err != nil || len(got) != len(events) {
		t.Fatalf("%d events, %v; want %d", len(got), err, len(events))
	}
	for i := range events {
		if i > 0 && got[i].Seq <= got[i-1].Seq {
			t.Fatalf("seq %d comes after %d", got[i].Seq, got[i-1].Seq)
		}
		events[i].Seq = got[i].Seq
	}
	wantEqual(t, got, nil, events)
	wantSpan(t, s, events[0].Seq, events[2].Seq)
	got, err = s.Events(t.Context(), events[0].Seq, 1)
	wantEqual(t, got, err, events[1:2])
	got, err = s.Events(t.Context(), events[2].Seq, 1)
	wantEqual(t, got, err, nil)
}

// followerMissesNothing reads on from the last seq it has seen, while others write.
// What it has not seen when it passes by, it would never see.
func followerMissesNothing(t *testing.T, s pawl.Store) {
	const writers, each = 12, 40
	written := make(chan struct{})
	go func() {
		defer close(written)
		together(writers, func(i int) {
			for n := range each {
				writePair(t, s, fmt.Sprintf("%d/%d", i, n), n%5 == 0)
			}
		})
	}()
	seen := map[string]int{}
	last := int64(0)
	for finished := false; !finished; {
		select {
		case <-written:
			finished = true // and one last look
		default:
		}
		for more := true; more; {
			more = tail(t, s, &last, seen)
		}
	}
	if len(seen) != writers*each {
		t.Errorf("%d changes seen, want %d", len(seen), writers*each)
	}
	for change, events := range seen {
		if events != 2 {
			t.Errorf("change %s: %d events seen, want 2", change, events)
		}
	}
}

// writePair records two events in one change, at times after one that fails.
func writePair(t *testing.T, s pawl.Store, name string, failFirst bool) {
	e := pawl.Event{At: noon, Type: pawl.FileChanged, Reason: name}
	if failFirst {
		err := s.Update(t.Context(), func(tx pawl.Tx) error { return errors.Join(tx.Record(e), errOwn) })
		if !errors.Is(err, errOwn) {
			t.Error(err)
		}
	}
	if err := s.Update(t.Context(), recordEvents(e, e)); err != nil {
		t.Error(err)
	}
}

func tail(t *testing.T, s pawl.Store, last *int64, seen map[string]int) (more bool) {
	events, err := s.Events(t.Context(), *last, 7)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Seq <= *last {
			t.Fatalf("seq %d after %d", e.Seq, *last)
		}
		*last = e.Seq
		seen[e.Reason]++
	}
	return len(events) > 0
}

func eventsAreForgotten(t *testing.T, s pawl.Store) {
	forget := func(before time.Time) {
		t.Helper()
		update(t, s, func(tx pawl.Tx) error { return tx.ForgetEvents(before) })
	}
	forget(noon) // of none
	for i := range 5 {
		update(t, s, recordEvents(pawl.Event{At: noon.Add(time.Duration(i) * time.Hour), Type: pawl.FileChanged}))
	}
	all, err := s.Events(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	forget(noon)
	wantSpan(t, s, all[0].Seq, all[4].Seq)
	forget(noon.Add(2 * time.Hour))
	left, err := s.Events(t.Context(), 0, 10)
	wantEqual(t, left, err, all[2:])

	t.Log("the newest seq is known, and none given twice, even when all are old")
	forget(noon.AddDate(1, 0, 0))
	if _, newest, err := s.EventSpan(t.Context()); err != nil || newest != all[4].Seq {
		t.Fatalf("the newest is %d, %v; want %d", newest, err, all[4].Seq)
	}
	update(t, s, recordEvents(pawl.Event{At: noon, Type: pawl.FileChanged}))
	after, err := s.Events(t.Context(), all[4].Seq, 10)
	wantEqual(t, len(after), err, 1)
}

func wantSpan(t *testing.T, s pawl.Store, oldest, newest int64) {
	t.Helper()
	gotOldest, gotNewest, err := s.EventSpan(t.Context())
	wantEqual(t, [2]int64{gotOldest, gotNewest}, err, [2]int64{oldest, newest})
}
