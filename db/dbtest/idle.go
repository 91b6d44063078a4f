package dbtest

import (
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
