package postgres

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"

	"pawl"
	"pawl/db/jobs"
	"pawl/db/postgres/internal/query"
	"pawl/db/rows"
)

// tx is one transaction.
type tx struct {
	rows.Tx
	tx        pgx.Tx
	queries   *query.Queries // on tx
	jobs      *jobs.Queue[pgx.Tx]
	deferred  deferred
	committed bool
}

// Hold implements [pawl.Tx].
func (t *tx) Hold(l pawl.Lease) error {
	if l == (pawl.Lease{}) {
		return t.Failed
	}
	held := false
	err := t.Do("hold a lease", func(rows.Statements) error {
		_, err := t.queries.LockLease(t.Context, string(l.ID), l.Generation)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		held = err == nil
		return err
	})
	if held || err != nil {
		return err
	}
	return rows.ErrNotHeld
}

// Enqueue implements [pawl.Tx].
func (t *tx) Enqueue(jobs ...pawl.Job) error {
	return t.Do("enqueue jobs", func(rows.Statements) error { return t.jobs.Enqueue(t.Context, t.tx, jobs...) })
}
