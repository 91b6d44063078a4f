package jobs

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"pawl"
)

// worker works the jobs of one kind.
type worker struct {
	river.WorkerDefaults[args]
	busy *busy
	work func(context.Context, *river.Job[args]) error
}

// Work implements [river.Worker].
func (w *worker) Work(ctx context.Context, job *river.Job[args]) error {
	done := w.busy.start(job.ID)
	if done == nil { // River believes it to be stuck, and it is still running here
		return river.JobSnooze(rescueAfter)
	}
	defer done()
	return w.work(ctx, job)
}

// working returns the work of a task. A job that fails is postponed rather than failed:
// River would discard it after so many times, and store every error in its row.
func (q *Queue[TTx]) working(task pawl.Task) func(context.Context, *river.Job[args]) error {
	return func(ctx context.Context, job *river.Job[args]) error {
		err := task(ctx, job.Args.ID)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil: // the server is stopping
			return river.JobSnooze(0)
		}
		wait := pause(job.Metadata)
		q.log.WarnContext(ctx, "a job will be tried again", "job", job.Kind, "id", job.Args.ID, "in", wait.String(), "error", err)
		return river.JobSnooze(wait)
	}
}

// periodic returns the work of one run of p. Where it fails, its next run comes anyway.
func (q *Queue[TTx]) periodic(p pawl.Periodic) func(context.Context, *river.Job[args]) error {
	return func(ctx context.Context, _ *river.Job[args]) error {
		if err := p.Do(ctx); err != nil && ctx.Err() == nil {
			q.log.WarnContext(ctx, "background work will be tried again", "work", p.Name, "error", err)
		}
		return nil
	}
}

const (
	shortestPause = 2 * time.Second
	longestPause  = 5 * time.Minute
)

// pause returns how long a job waits that was postponed as often as its metadata says.
func pause(metadata []byte) time.Duration {
	var before struct{ Snoozes int }
	if err := json.Unmarshal(metadata, &before); err != nil || before.Snoozes < 0 {
		return longestPause
	}
	return min(shortestPause<<min(before.Snoozes, 16), longestPause)
}

// busy has the jobs that are running in this process.
type busy struct {
	mu  sync.Mutex
	all map[int64]bool
}

// start marks a job as running until done is called; done is nil if the job is marked
// already.
func (b *busy) start(job int64) (done func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all[job] {
		return nil
	}
	if b.all == nil {
		b.all = make(map[int64]bool)
	}
	b.all[job] = true
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.all, job)
	}
}
