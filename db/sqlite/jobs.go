package sqlite

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river/riverdriver/riversqlite"

	"pawl"
	"pawl/db/jobs"
)

var _ pawl.Jobs = (*Store)(nil)

// openJobs brings the jobs' tables up to date. Jobs are enqueued by the writer, in its
// transactions, and fetched and completed over one connection of their own.
func (s *Store) openJobs(ctx context.Context, c Config) (err error) {
	if s.work, err = open(c.Path, 1, jobPragmas, immediate); err != nil {
		return err
	}
	driver := riversqlite.New(s.work)
	if err := jobs.Migrate(ctx, driver, c.Log); err != nil {
		return err
	}
	s.jobs, err = jobs.New(jobs.Config[*sql.Tx]{Driver: driver, Log: c.Log, Alone: true})
	return err
}

// Work implements [pawl.Jobs].
func (s *Store) Work(ctx context.Context, tasks map[pawl.JobKind]pawl.Task, periodic []pawl.Periodic) {
	s.jobs.Work(ctx, tasks, periodic)
}

// Waiting implements [pawl.Jobs].
func (s *Store) Waiting(ctx context.Context) (map[pawl.JobKind]int, error) {
	return s.jobs.Waiting(ctx)
}
