// Package jobs runs Pawl's background work on River, the same for every database dialect,
// which brings River's driver and its transactions.
package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"pawl"
)

// Queue implements [pawl.Jobs] in a database whose transactions are TTx.
type Queue[TTx any] struct {
	driver riverdriver.Driver[TTx]
	log    *slog.Logger
	worker string
	insert *river.Client[TTx] // works no jobs

	releasing sync.Mutex
	released  bool // what an earlier process left, see releaseAbandoned
}

// Config configures a [Queue].
type Config[TTx any] struct {
	Driver riverdriver.Driver[TTx]
	Log    *slog.Logger
	// Worker is the name of this process, unique, by which River remembers who runs a job;
	// empty where no other process works the jobs.
	Worker string
	// Alone is set where no other process works the jobs: those that are marked as running
	// were left so by one that is gone, and are worked again.
	Alone bool
}

// New returns a queue. The database has been migrated: see [Migrate].
func New[TTx any](c Config[TTx]) (*Queue[TTx], error) {
	q := &Queue[TTx]{driver: polled[TTx]{c.Driver}, log: c.Log, worker: c.Worker, released: !c.Alone}
	var err error
	q.insert, err = river.NewClient(q.driver, &river.Config{Logger: quiet(c.Log)})
	return q, err
}

// polled makes instances poll for jobs rather than listen for notifications, which would
// cost every transaction that enqueues a job another write, and on PostgreSQL a lock that
// commits wait for.
type polled[TTx any] struct{ riverdriver.Driver[TTx] }

func (polled[TTx]) SupportsListener() bool     { return false }
func (polled[TTx]) SupportsListenNotify() bool { return false }

// Migrate brings River's own tables up to date. It must not run twice at the same time.
func Migrate[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], log *slog.Logger) error {
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet(log)})
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// unfinished are the states of a job that is not done. While a job is in one of them, no
// other with the same args is inserted.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
	rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

// args are what River stores of a job.
type args struct {
	kind string
	ID   pawl.ID `json:"id,omitempty"`
	// Turn distinguishes a job from those of its kind and id that were running when it was
	// enqueued.
	Turn int `json:"turn,omitempty"`
}

// Kind implements [river.JobArgs].
func (a args) Kind() string { return a.kind }

// InsertOpts implements [river.JobArgsWithInsertOpts]. Each kind has a queue of its
// own, so that none waits for another that is slow.
func (a args) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: a.kind, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

// Enqueue inserts jobs, within a transaction. Where the same job is scheduled for a later
// time, that one is brought forward. Where it is running, it may have read what it needs
// before this transaction changed it, so another is inserted to follow it. A row that is
// found stays locked until the commit: its job cannot start in between.
func (q *Queue[TTx]) Enqueue(ctx context.Context, tx TTx, jobs ...pawl.Job) (err error) {
	for turn := 0; len(jobs) > 0 && err == nil; turn++ {
		jobs, err = q.enqueue(ctx, tx, turn, jobs)
	}
	return err
}

// enqueue inserts jobs in one statement, and returns those that are running.
func (q *Queue[TTx]) enqueue(ctx context.Context, tx TTx, turn int, jobs []pawl.Job) (running []pawl.Job, err error) {
	asked := make(map[args]pawl.Job, len(jobs))
	params := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		a := args{string(j.Kind), j.ID, turn}
		asked[a] = j
		params[i] = river.InsertManyParams{Args: a, InsertOpts: &river.InsertOpts{ScheduledAt: j.At}}
	}
	results, err := q.insert.InsertManyTx(ctx, tx, params)
	if err != nil {
		return nil, err
	}
	for _, r := range results {
		if !r.UniqueSkippedAsDuplicate {
			continue
		}
		a := args{kind: r.Job.Kind}
		if err := json.Unmarshal(r.Job.EncodedArgs, &a); err != nil {
			return nil, err
		}
		if r.Job.State == rivertype.JobStateRunning {
			running = append(running, asked[a])
		} else if r.Job.ScheduledAt.After(asked[a].At) {
			if _, err := q.insert.JobRetryTx(ctx, tx, r.Job.ID); err != nil {
				return nil, err
			}
		}
	}
	return running, nil
}

// Waiting implements [pawl.Jobs].
func (q *Queue[TTx]) Waiting(ctx context.Context) (map[pawl.JobKind]int, error) {
	counts := make([]int, len(pawl.JobKinds))
	columns, into := make([]string, len(counts)), make([]any, len(counts))
	for i, kind := range pawl.JobKinds {
		columns[i] = fmt.Sprintf("count(CASE WHEN kind = '%s' THEN 1 END)", kind)
		into[i] = &counts[i]
	}
	row := q.driver.GetExecutor().QueryRow(ctx, "SELECT "+strings.Join(columns, ", ")+
		" FROM river_job WHERE state IN ('available', 'pending', 'retryable', 'running', 'scheduled')")
	if err := row.Scan(into...); err != nil {
		return nil, pawl.Because(err, pawl.Unavailable, "the jobs in the database could not be counted")
	}
	waiting := make(map[pawl.JobKind]int, len(counts))
	for i, kind := range pawl.JobKinds {
		if counts[i] > 0 {
			waiting[kind] = counts[i]
		}
	}
	return waiting, nil
}

// releaseAbandoned releases, when work first starts here, what a process that is gone has
// left: its running jobs, and the leadership for periodic work.
func (q *Queue[TTx]) releaseAbandoned(ctx context.Context) error {
	q.releasing.Lock()
	defer q.releasing.Unlock()
	if q.released {
		return nil
	}
	db := q.driver.GetExecutor()
	if err := db.Exec(ctx, "DELETE FROM river_leader"); err != nil {
		return err
	}
	if err := db.Exec(ctx, "UPDATE river_job SET state = 'available' WHERE state = 'running'"); err != nil {
		return err
	}
	q.released = true
	return nil
}

// ReleaseDead releases the running jobs of processes that were killed. alive is a condition
// in PostgreSQL's SQL that holds for the name of a process, as worker, that is alive. A job
// of one that is alive all the same is worked twice, see [pawl.Job].
func (q *Queue[TTx]) ReleaseDead(ctx context.Context, alive string) error {
	return q.driver.GetExecutor().Exec(ctx, "UPDATE river_job SET state = 'available' WHERE state = 'running'"+
		" AND NOT (SELECT "+alive+" FROM (SELECT attempted_by[cardinality(attempted_by)] AS worker) AS last)")
}

const (
	pollEvery = time.Second
	grace     = 3 * time.Second // for jobs under way when the server stops
	workers   = 4               // of each kind, in each instance
	// rescueAfter is when a job is started again that is running still, for want of better
	// knowledge: see ReleaseDead. One that takes longer is then started a second time
	// elsewhere, see [pawl.Job].
	rescueAfter = 5 * time.Minute
	keepDone    = time.Minute
	startAgain  = 2 * time.Second
)

// Work implements [pawl.Jobs]. It waits until the database can be reached.
func (q *Queue[TTx]) Work(ctx context.Context, tasks map[pawl.JobKind]pawl.Task, periodic []pawl.Periodic) {
	for ctx.Err() == nil {
		stopped, err := q.start(ctx, tasks, periodic)
		if err == nil {
			<-stopped // which is closed when ctx has ended
			return
		}
		if ctx.Err() == nil {
			q.log.WarnContext(ctx, "background work cannot start yet", "error", err)
		}
		select {
		case <-time.After(startAgain):
		case <-ctx.Done():
		}
	}
}

func (q *Queue[TTx]) start(ctx context.Context, tasks map[pawl.JobKind]pawl.Task, periodic []pawl.Periodic) (stopped <-chan struct{}, err error) {
	if err := q.releaseAbandoned(ctx); err != nil {
		return nil, err
	}
	client, err := river.NewClient(q.driver, q.config(tasks, periodic))
	if err != nil {
		return nil, err
	}
	if err := client.Start(ctx); err != nil {
		return nil, err
	}
	return client.Stopped(), nil
}

func (q *Queue[TTx]) config(tasks map[pawl.JobKind]pawl.Task, periodic []pawl.Periodic) *river.Config {
	c := &river.Config{
		ID:                          q.worker,
		Logger:                      quiet(q.log),
		Queues:                      make(map[string]river.QueueConfig),
		Workers:                     river.NewWorkers(),
		PollOnly:                    true,
		FetchPollInterval:           pollEvery,
		JobTimeout:                  -1, // a file can take hours to read
		RescueStuckJobsAfter:        rescueAfter,
		SoftStopTimeout:             grace,
		CompletedJobRetentionPeriod: keepDone,
	}
	all := &busy{}
	add := func(kind string, workers int, work func(context.Context, *river.Job[args]) error) {
		c.Queues[kind] = river.QueueConfig{MaxWorkers: workers}
		river.AddWorkerArgs(c.Workers, args{kind: kind}, &worker{busy: all, work: work})
	}
	for kind, task := range tasks {
		add(string(kind), workers, q.working(task))
	}
	for _, p := range periodic {
		add(p.Name, 1, q.periodic(p))
		c.PeriodicJobs = append(c.PeriodicJobs, river.NewPeriodicJob(river.PeriodicInterval(p.Every),
			func() (river.JobArgs, *river.InsertOpts) { return args{kind: p.Name}, nil },
			&river.PeriodicJobOpts{ID: p.Name, RunOnStart: true}))
	}
	return c
}
