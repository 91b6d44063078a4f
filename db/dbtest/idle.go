package dbtest

import (
	"errors"
	"testing"
	"time"

	"pawl"
)

func idleUploadsAreListed(t *testing.T, s pawl.Store) {
	var want []pawl.ID
	for n := range 6 {
		up := someUpload(someID(n))
		up.UpdatedAt = noon.Add(-time.Duration(n) * time.Hour)
		if n%2 == 1 {
			up.Kind = pawl.Partial
		}
		update(t, s, func(tx pawl.Tx) error { return tx.InsertUpload(up) })
		if n > 2 {
			want = append([]pawl.ID{up.ID}, want...)
		}
	}
	wantIdle(t, s, 10, want)
	wantIdle(t, s, 2, want[:2])
	update(t, s, func(tx pawl.Tx) error {
		return tx.SaveProgress(want[0], pawl.Progress{Offset: 1}, noon)
	})
	wantIdle(t, s, 10, want[1:])
}

// wantIdle lists what has been idle for more than two hours.
func wantIdle(t *testing.T, s pawl.Store, limit int, want []pawl.ID) {
	t.Helper()
	got, err := s.IdleUploads(t.Context(), noon.Add(-2*time.Hour), limit)
	wantEqual(t, got, err, want)
}

func joinsAreFound(t *testing.T, s pawl.Store) {
	a, b, c := someID(1), someID(2), someID(3)
	first, second, others := someUpload(someID(11)), someUpload(someID(12)), someUpload(someID(13))
	first.Parts, second.Parts, others.Parts = []pawl.ID{a, b}, []pawl.ID{b, c}, []pawl.ID{a, b}
	others.Owner = "bob"
	update(t, s, func(tx pawl.Tx) error {
		return errors.Join(tx.InsertUpload(first), tx.InsertUpload(second), tx.InsertUpload(others), tx.InsertUpload(someUpload(a)))
	})
	for part, want := range map[pawl.ID][]pawl.ID{a: {first.ID}, b: {first.ID, second.ID}, c: {second.ID}, someID(4): nil} {
		got, err := s.Joins(t.Context(), "ann", part)
		wantEqual(t, got, err, want)
	}
}
