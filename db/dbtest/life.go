package dbtest

import (
	"errors"
	"testing"
	"time"

	"pawl"
)

func referencedIsKnown(t *testing.T, s pawl.Store) {
	u, f, none := someID(1), someID(2), someID(4)
	update(t, s, func(tx pawl.Tx) error {
		return errors.Join(tx.InsertUpload(someUpload(u)), tx.InsertFile(someFile(f)))
	})
	odd := pawl.ID(`"] OR '1'='1`)
	got, err := s.Referenced(t.Context(), []pawl.ID{none, u, f, odd, f})
	wantEqual(t, got, err, map[pawl.ID]bool{u: true, f: true})
	got, err = s.Referenced(t.Context(), nil)
	wantEqual(t, got, err, nil)

	many := make([]pawl.ID, 5000) // more than a statement has parameters in some databases
	for i := range many {
		many[i] = someID(i + 10)
	}
	got, err = s.Referenced(t.Context(), append(many, u))
	wantEqual(t, got, err, map[pawl.ID]bool{u: true})
}

func heartbeatIsStored(t *testing.T, s pawl.Store) {
	beat, err := s.Heartbeat(t.Context())
	wantEqual(t, beat, err, pawl.Heartbeat{})
	gap := pawl.HeartbeatGap
	for _, beat := range []struct{ at, since time.Time }{
		{noon, noon},
		{noon.Add(time.Second), noon},
		{noon.Add(time.Second + gap), noon},
		{noon.Add(-time.Hour), noon.Add(-time.Hour)}, // the clock may be set back
		{noon.Add(2 * time.Hour), noon.Add(2 * time.Hour)},
		{noon.Add(2*time.Hour + time.Minute), noon.Add(2 * time.Hour)},
	} {
		update(t, s, func(tx pawl.Tx) error { return tx.Beat(beat.at) })
		got, err := s.Heartbeat(t.Context())
		wantEqual(t, got, err, pawl.Heartbeat{At: beat.at, Since: beat.since})
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}
