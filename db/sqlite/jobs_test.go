package sqlite

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"pawl"
)

// TestJobsOfADeadProcessAreTakenUp has a job and the leadership as a killed process
// leaves them.
func TestJobsOfADeadProcessAreTakenUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pawl.db")
	id := pawl.NewID(time.Now())
	before := openTest(t, path)
	err := before.Update(t.Context(), func(tx pawl.Tx) error {
		return tx.Enqueue(pawl.Job{Kind: pawl.ReclaimBlob, ID: id})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{
		"UPDATE river_job SET state = 'running', attempt = 1, attempted_at = datetime('now')",
		"INSERT INTO river_leader (name, leader_id, elected_at, expires_at) VALUES ('default', 'dead', datetime('now'), datetime('now', '+1 hour'))",
	} {
		if _, err := before.work.ExecContext(t.Context(), left); err != nil {
			t.Fatal(err)
		}
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}

	s := openTest(t, path)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done, turn, ended := make(chan pawl.ID, 1), make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(ended)
		s.Work(ctx, map[pawl.JobKind]pawl.Task{pawl.ReclaimBlob: func(_ context.Context, id pawl.ID) error {
			done <- id
			return nil
		}}, []pawl.Periodic{{Name: "look_around", Every: time.Hour, Do: func(context.Context) error {
			turn <- struct{}{}
			return nil
		}}})
	}()
	defer func() { stop(); <-ended }()
	if got := await(t, "the job", done); got != id {
		t.Errorf("job %q was done, not %q", got, id)
	}
	await(t, "the periodic work", turn)
}

func await[T any](t *testing.T, what string, c <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-c:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s did not happen", what)
	}
	return got
}
