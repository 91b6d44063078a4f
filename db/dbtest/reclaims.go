package dbtest

import (
	"errors"
	"testing"
	"time"

	"pawl"
)

func reclaimsAreListed(t *testing.T, s pawl.Store) {
	young, old, middle := someID(1), someID(2), someID(3)
	update(t, s, func(tx pawl.Tx) error {
		return errors.Join(
			tx.Reclaim(young, noon.Add(time.Hour)),
			tx.Reclaim(old, noon),
			tx.Reclaim(middle, noon.Add(time.Minute)),
			tx.Reclaim(old, noon.AddDate(1, 0, 0)), // noted already
		)
	})
	got, err := s.Reclaims(t.Context(), 10)
	wantEqual(t, got, err, []pawl.ID{old, middle, young})
	got, err = s.Reclaims(t.Context(), 2)
	wantEqual(t, got, err, []pawl.ID{old, middle})
	for range 2 { // a second time is no error
		update(t, s, func(tx pawl.Tx) error { return tx.Reclaimed(old) })
	}
	got, err = s.Reclaims(t.Context(), 10)
	wantEqual(t, got, err, []pawl.ID{middle, young})
}

func referencedIsKnown(t *testing.T, s pawl.Store) {
	u, f, r, none := someID(1), someID(2), someID(3), someID(4)
	update(t, s, func(tx pawl.Tx) error {
		return errors.Join(tx.InsertUpload(someUpload(u)), tx.InsertFile(someFile(f)), tx.Reclaim(r, noon))
	})
	odd := pawl.ID(`"] OR '1'='1`)
	got, err := s.Referenced(t.Context(), []pawl.ID{none, u, f, r, odd, f})
	wantEqual(t, got, err, map[pawl.ID]bool{u: true, f: true, r: true})
	got, err = s.Referenced(t.Context(), nil)
	wantEqual(t, got, err, nil)

	many := make([]pawl.ID, 5000) // more than a statement has parameters in some databases
	for i := range many {
		many[i] = someID(i + 10)
	}
	got, err = s.Referenced(t.Context(), append(many, u))
	wantEqual(t, got, err, map[pawl.ID]bool{u: true})
}

func heartbeatIsKept(t *testing.T, s pawl.Store) {
	beat, err := s.Heartbeat(t.Context())
	if err != nil || !beat.IsZero() {
		t.Fatalf("the heartbeat is %v, %v; want never", beat, err)
	}
	for _, at := range []time.Time{noon, noon.Add(time.Second), noon.Add(-time.Hour)} { // the clock may be set back
		update(t, s, func(tx pawl.Tx) error { return tx.Beat(at) })
		beat, err := s.Heartbeat(t.Context())
		wantEqual(t, beat, err, at)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}
