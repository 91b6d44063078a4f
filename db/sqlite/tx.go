package sqlite

import (
	"context"
	"database/sql"

	"pawl"
	"pawl/db/jobs"
	"pawl/db/rows"
)

// tx is one change's part of a transaction. Unlike PostgreSQL's it defers nothing but its
// tallies: there is one writer, so that a row which many changes write blocks none of
// them.
type tx struct {
	rows.Tx
	transaction *sql.Tx // the same, for the jobs
	jobs        *jobs.Queue[*sql.Tx]
}

// No statement is cut short: the writer completes what it has started.
var uncut = context.Background()

// run lets a change write, and stores what became of it in its call. The change runs on
// the writer's goroutine: its panic is for its caller, not the writer.
func (t *tx) run(c *call) {
	defer func() { c.panicked = recover() }()
	if c.err = c.change(t); c.err == nil {
		c.err = t.Failed
	}
}

// Hold implements [pawl.Tx]. A SQLite file is one instance's: there are no leases.
func (t *tx) Hold(l pawl.Lease) error {
	if l != (pawl.Lease{}) {
		return rows.ErrNotHeld
	}
	return t.Failed
}

// Enqueue implements [pawl.Tx].
func (t *tx) Enqueue(jobs ...pawl.Job) error {
	return t.Do("enqueue jobs", func(rows.Statements) error { return t.jobs.Enqueue(uncut, t.transaction, jobs...) })
}
