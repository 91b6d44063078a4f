package dbtest

import (
	"sync/atomic"
	"testing"

	"pawl"
)

const racers = 16

// oneWinsAMove has many finish the same uploads at the same time.
func oneWinsAMove(t *testing.T, s pawl.Store) {
	for round := range 10 {
		u := someUpload(someID(round))
		update(t, s, insertUploads(u))
		race(t, pawl.NotFound, func(i int) error {
			f := someFile(u.ID)
			f.Size = int64(i)
			return s.Update(t.Context(), func(tx pawl.Tx) error {
				if err := tx.DeleteUpload(u.ID); err != nil {
					return err
				}
				if err := tx.Count(pawl.Tally{At: noon, MediaType: f.MediaType, FilesAdded: 1}); err != nil {
					return err
				}
				return tx.InsertFile(f)
			})
		})
		wantNoUpload(t, s, u.ID)
		stats, err := s.Stats(t.Context(), pawl.Everybody, pawl.DayRange{From: noon, To: noon})
		wantEqual(t, stats.Totals.Files, err, int64(round+1))
	}
}

// oneWinsAJoin has many begin the same join at the same time.
func oneWinsAJoin(t *testing.T, s pawl.Store) {
	race(t, pawl.Conflict, func(i int) error {
		u := someUpload(someID(i))
		u.Kind, u.Parts = pawl.Final, []pawl.ID{"a", "b"}
		return s.Update(t.Context(), insertUploads(u))
	})
	all, err := s.Uploads(t.Context(), pawl.UploadQuery{Owner: pawl.Everybody})
	wantEqual(t, len(all), err, 1)
}

// race expects that one of many succeeds, and that the others fail in one way.
func race(t *testing.T, others pawl.Kind, run func(i int) error) {
	t.Helper()
	var won atomic.Int64
	together(racers, func(i int) {
		switch err := run(i); {
		case err == nil:
			won.Add(1)
		case pawl.KindOf(err) != others:
			t.Errorf("a loser got %v, want kind %q", err, others)
		}
	})
	if n := won.Load(); n != 1 {
		t.Fatalf("%d of %d won, want one", n, racers)
	}
}
