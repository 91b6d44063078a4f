package postgres

import (
	"testing"
	"time"

	"pawl"
	"pawl/internal/testbed/postgrestest"
)

// TestJobsOfKilledProcesses has two jobs running: one on this process, and one on a process
// that was killed. The latter is to be had at once, and not only when it has run for long.
func TestJobsOfKilledProcesses(t *testing.T) {
	s := openTest(t, postgrestest.URL(t))
	leases := s.Leases()
	if err := leases.renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	mine, killed := pawl.NewID(time.Now()), pawl.NewID(time.Now())
	for id, worker := range map[pawl.ID]string{mine: leases.process, killed: "KILLED"} {
		err := s.Update(t.Context(), func(tx pawl.Tx) error { return tx.Enqueue(pawl.Job{Kind: pawl.ReclaimBlob, ID: id}) })
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.pool.Exec(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(),
			attempted_by = ARRAY['earlier', $2::TEXT] WHERE args->>'id' = $1`, string(id), worker)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := leases.clean(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[pawl.ID]string{mine: "running", killed: "available"} {
		var state string
		err := s.pool.QueryRow(t.Context(), "SELECT state FROM river_job WHERE args->>'id' = $1", string(id)).Scan(&state)
		if err != nil || state != want {
			t.Errorf("%s: %s, %v; want %s", id, state, err, want)
		}
	}
}
