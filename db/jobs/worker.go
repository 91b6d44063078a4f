package jobs

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"pawl"
)

// worker does the jobs of one kind.
type worker struct {
	river.WorkerDefaults[args]
	busy *busy
	work func(context.Context, *river.Job[args]) error
}

// Work implements [river.Worker].
func (w *worker) Work(ctx context.Context, job *river.Job[args]) error {
	leave := w.busy.enter(job.ID)
	if leave == nil { // it was taken for stuck, and is under way here still
		return river.JobSnooze(rescueAfter)
	}
	defer leave()
	return w.work(ctx, job)
}

// doing does a task. One that fails is put off rather than failed: River would give
// it up after so many times, and keep every error in its row.
func (q *Queue[TTx]) doing(task pawl.Task) func(context.Context, *river.Job[args]) error {
	return func(ctx context.Context, job *river.Job[args]) error {
		err := task(ctx, job.Args.ID)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil: // the server stops
			return river.JobSnooze(0)
		}
		wait := pause(job.Metadata)
		q.log.WarnContext(ctx, "a job will be tried again", "job", job.Kind, "id", job.Args.ID, "in", wait.String(), "error", err)
		return river.JobSnooze(wait)
	}
}

// turn does periodic work once. Where it fails, its next turn comes.
func (q *Queue[TTx]) turn(p pawl.Periodic) func(context.Context, *river.Job[args]) error {
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

// pause is how long a job waits that has been put off as often as its metadata says.
func pause(metadata []byte) time.Duration {
	var before struct{ Snoozes int }
	if err := json.Unmarshal(metadata, &before); err != nil || before.Snoozes < 0 {
		return longestPause
	}
	return min(shortestPause<<min(before.Snoozes, 16), longestPause)
}

// busy is the jobs that this process is at.
type busy struct {
	mu  sync.Mutex
	all map[int64]bool
}

// enter marks a job until leave; it is nil if the job is marked already.
func (b *busy) enter(job int64) (leave func()) {
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
