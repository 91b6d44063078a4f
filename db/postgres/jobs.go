package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"pawl"
	"pawl/db/jobs"
)

var _ pawl.Jobs = (*Store)(nil)

// jobsLock is the advisory lock under which the jobs' tables are brought up to date.
const jobsLock = 0x7061776c_0002

// openJobs brings the jobs' tables up to date, one instance after the other.
func (s *Store) openJobs(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) // the lock ends with it
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(jobsLock)); err != nil {
		return err
	}
	driver := riverpgxv5.New(s.pool)
	if err := jobs.Migrate(ctx, driver, s.log); err != nil {
		return err
	}
	s.jobs, err = jobs.New(jobs.Config[pgx.Tx]{Driver: driver, Log: s.log, Worker: s.leases.process})
	return err
}

// releaseJobs releases the running jobs of processes that have no instance any more.
func (s *Store) releaseJobs(ctx context.Context) error {
	return s.jobs.ReleaseDead(ctx, "EXISTS (SELECT FROM instances WHERE starts_with(instances.id, worker || '.'))")
}

// Work implements [pawl.Jobs].
func (s *Store) Work(ctx context.Context, tasks map[pawl.JobKind]pawl.Task, periodic []pawl.Periodic) {
	s.jobs.Work(ctx, tasks, periodic)
}

// Waiting implements [pawl.Jobs].
func (s *Store) Waiting(ctx context.Context) (map[pawl.JobKind]int, error) {
	return s.jobs.Waiting(ctx)
}
