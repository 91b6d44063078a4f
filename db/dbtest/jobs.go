package dbtest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pawl"
)

// work runs a store's jobs until the test's end.
func work(t *testing.T, s pawl.Store, tasks map[pawl.JobKind]pawl.Task, periodic ...pawl.Periodic) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.(pawl.Jobs).Work(ctx, tasks, periodic)
	}()
	t.Cleanup(func() {
		stop()
		select {
		case <-ended:
		case <-time.After(30 * time.Second):
			t.Error("the work does not end")
		}
	})
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("%s did not happen", what)
}

// notes are what was done, by id.
type notes struct {
	mu   sync.Mutex
	done map[pawl.ID]int
}

func (d *notes) note(_ context.Context, id pawl.ID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done == nil {
		d.done = make(map[pawl.ID]int)
	}
	d.done[id]++
	return nil
}

func (d *notes) times(id pawl.ID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done[id]
}

func ask(kind pawl.JobKind, id pawl.ID) func(pawl.Tx) error {
	return func(tx pawl.Tx) error { return tx.Enqueue(pawl.Job{Kind: kind, ID: id}) }
}

func someIDs(n int) []pawl.ID {
	ids := make([]pawl.ID, n)
	for i := range ids {
		ids[i] = someID(i)
	}
	return ids
}

// jobsAreCommitted has changes that share a commit, some of which fail.
func jobsAreCommitted(t *testing.T, s pawl.Store) {
	ids := someIDs(20)
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			err := s.Update(t.Context(), func(tx pawl.Tx) error {
				if err := tx.Enqueue(pawl.Job{Kind: pawl.ReclaimBlob, ID: ids[n]}); err != nil {
					return err
				}
				if n%2 == 1 {
					return errOwn
				}
				return nil
			})
			if n%2 == 0 && err != nil || n%2 == 1 && !errors.Is(err, errOwn) {
				t.Errorf("change %d: %v", n, err)
			}
		})
	}
	all.Wait()
	update(t, s, ask(pawl.ReclaimBlob, ids[0])) // again: it is waiting already
	update(t, s, func(tx pawl.Tx) error { return tx.Enqueue() })
	waiting, err := s.(pawl.Jobs).Waiting(t.Context())
	wantEqual(t, waiting, err, map[pawl.JobKind]int{pawl.ReclaimBlob: 10})
	var done notes
	work(t, s, map[pawl.JobKind]pawl.Task{pawl.ReclaimBlob: done.note})
	for n := range 20 {
		if n%2 == 0 {
			eventually(t, "a job", func() bool { return done.times(ids[n]) == 1 })
		}
	}
	eventually(t, "the end of the jobs", func() bool {
		waiting, err := s.(pawl.Jobs).Waiting(t.Context())
		return err == nil && len(waiting) == 0
	})
	for n := range 20 {
		if n%2 == 1 && done.times(ids[n]) > 0 {
			t.Errorf("job %d was done although nobody committed it", n)
		}
	}
	update(t, s, ask(pawl.ReclaimBlob, ids[0])) // it is done, so this is another
	eventually(t, "the job asked for while others are worked", func() bool { return done.times(ids[0]) == 2 })
}

func jobsAreRetried(t *testing.T, s pawl.Store) {
	var tries atomic.Int32
	work(t, s, map[pawl.JobKind]pawl.Task{
		pawl.FinishUpload: func(context.Context, pawl.ID) error {
			if tries.Add(1) < 3 {
				return errors.New("not yet")
			}
			return nil
		},
	})
	update(t, s, ask(pawl.FinishUpload, someID(1)))
	eventually(t, "the third try", func() bool { return tries.Load() == 3 })
}

// later is further away than any test waits.
func later() time.Time { return time.Now().Add(time.Hour) }

// jobsAreBroughtForward enqueues jobs that are scheduled already: in a change that is
// committed, in one that is not, and for a time that is later still.
func jobsAreBroughtForward(t *testing.T, s pawl.Store) {
	ids := someIDs(3)
	at := func(at time.Time, ids ...pawl.ID) func(pawl.Tx) error {
		return func(tx pawl.Tx) error {
			jobs := make([]pawl.Job, len(ids))
			for i, id := range ids {
				jobs[i] = pawl.Job{Kind: pawl.FinishUpload, ID: id, At: at}
			}
			return tx.Enqueue(jobs...)
		}
	}
	update(t, s, at(later(), ids...))
	update(t, s, ask(pawl.FinishUpload, ids[0]))
	err := s.Update(t.Context(), func(tx pawl.Tx) error {
		return errors.Join(ask(pawl.FinishUpload, ids[1])(tx), errOwn)
	})
	if !errors.Is(err, errOwn) {
		t.Fatal(err)
	}
	update(t, s, at(later().Add(time.Hour), ids[2]))
	var done notes
	work(t, s, map[pawl.JobKind]pawl.Task{pawl.FinishUpload: done.note})
	eventually(t, "the job", func() bool { return done.times(ids[0]) == 1 })
	update(t, s, ask(pawl.FinishUpload, ids[0])) // once this is done, any that was due before is too
	eventually(t, "the job asked for again", func() bool { return done.times(ids[0]) == 2 })
	waiting, err := s.(pawl.Jobs).Waiting(t.Context())
	if err != nil || done.times(ids[1]) > 0 || done.times(ids[2]) > 0 || waiting[pawl.FinishUpload] < 2 {
		t.Errorf("%v is waiting (%v); the others were done %d and %d times", waiting, err, done.times(ids[1]), done.times(ids[2]))
	}
}

// failedJobsAreBroughtForward enqueues a job again that has failed: it is done long
// before its pause is over.
func failedJobsAreBroughtForward(t *testing.T, s pawl.Store) {
	id, tries := someID(1), atomic.Int32{}
	work(t, s, map[pawl.JobKind]pawl.Task{
		pawl.FinishUpload: func(context.Context, pawl.ID) error {
			tries.Add(1)
			return errors.New("not yet")
		},
	})
	for n := range int32(8) { // the last pause alone is over four minutes
		update(t, s, ask(pawl.FinishUpload, id))
		eventually(t, "a try", func() bool { return tries.Load() > n })
	}
}

// runningJobsAreFollowed enqueues a job while it runs: it may have read what it needed
// by then, so it is run again.
func runningJobsAreFollowed(t *testing.T, s pawl.Store) {
	started, goOn := make(chan struct{}), make(chan struct{})
	id, runs := someID(1), atomic.Int32{}
	work(t, s, map[pawl.JobKind]pawl.Task{
		pawl.FinishUpload: func(_ context.Context, asked pawl.ID) error {
			if asked == id && runs.Add(1) == 1 {
				close(started)
				<-goOn
			}
			return nil
		},
	})
	update(t, s, ask(pawl.FinishUpload, id))
	<-started
	neighbour := someID(2) // asked for in the same statement
	update(t, s, func(tx pawl.Tx) error {
		return tx.Enqueue(pawl.Job{Kind: pawl.FinishUpload, ID: neighbour}, pawl.Job{Kind: pawl.FinishUpload, ID: id})
	})
	update(t, s, ask(pawl.FinishUpload, id))
	eventually(t, "the run that follows", func() bool { return runs.Load() >= 2 })
	close(goOn)
	eventually(t, "the end of the jobs", func() bool {
		waiting, err := s.(pawl.Jobs).Waiting(t.Context())
		return err == nil && len(waiting) == 0
	})
}

func jobsAreShared(t *testing.T, s pawl.Store) {
	ids := someIDs(50)
	var done notes
	for range 3 {
		work(t, s, map[pawl.JobKind]pawl.Task{pawl.DigestFile: done.note})
	}
	for n := range 50 {
		update(t, s, ask(pawl.DigestFile, ids[n]))
	}
	eventually(t, "all jobs", func() bool {
		waiting, err := s.(pawl.Jobs).Waiting(t.Context())
		return err == nil && len(waiting) == 0
	})
	for n := range 50 {
		if times := done.times(ids[n]); times != 1 {
			t.Errorf("job %d was done %d times", n, times)
		}
	}
}

func periodicWorkIsShared(t *testing.T, s pawl.Store) {
	var at atomic.Int32
	var most atomic.Int32
	var rounds atomic.Int32
	for range 3 {
		work(t, s, nil, pawl.Periodic{Name: "look_around", Every: time.Second, Do: func(context.Context) error {
			defer at.Add(-1)
			if n := at.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(100 * time.Millisecond)
			rounds.Add(1)
			return nil
		}})
	}
	eventually(t, "three rounds", func() bool { return rounds.Load() >= 3 })
	if most.Load() > 1 {
		t.Errorf("%d did the same periodic work at a time", most.Load())
	}
}

func digestFollows(t *testing.T, s pawl.Store) {
	f := someFile(someID(1))
	f.SHA256 = [32]byte{}
	update(t, s, insertFiles(f))
	f.SHA256 = [32]byte{9, 8, 31: 7}
	update(t, s, func(tx pawl.Tx) error { return tx.SetDigest(f.ID, f.SHA256) })
	wantFile(t, s, f)
	updateFails(t, s, pawl.NotFound, func(tx pawl.Tx) error { return tx.SetDigest(someID(2), f.SHA256) })
}
