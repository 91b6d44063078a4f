package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pawl"
	"pawl/db/postgres/internal/query"
	"pawl/db/rows"
)

// Update implements [pawl.Store]. A change whose ctx ends before it has a
// connection does not run; once it runs, it has a time limit of its own.
//
// Transactions do not deadlock. A change locks the rows of one upload or file, from
// which no other change comes to the same rows by another way; those that all changes
// have in common are left to the end and locked in one order: see deferred.
//
// Where the connection breaks during the commit its outcome is unknown: the error is of
// kind Unavailable, and as every change of state is compare-and-set the caller may try
// again.
func (s *Store) Update(ctx context.Context, fn func(pawl.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return translate("begin a transaction", err)
	}
	conn, pgTx, err := s.beginTx(ctx)
	if err != nil {
		return translate("begin a transaction", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), updateTimeout)
	defer cancel()
	queries := query.New(pgTx)
	t := &tx{
		Tx: rows.Tx{Context: ctx, Dialect: dialect, Statements: statements{queries}},
		tx: pgTx, queries: queries, jobs: s.jobs,
	}
	defer s.endTx(t, conn)
	if err := fn(t); err != nil {
		return err
	}
	return t.commit()
}

const maxBegins = 3

// beginTx opens a transaction on a connection that works. One that was idle when its
// server went away fails only when it is used.
func (s *Store) beginTx(ctx context.Context) (*pgxpool.Conn, pgx.Tx, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, acquireTimeout, errNoConnection)
	defer cancel()
	for attempt := 1; ; attempt++ {
		conn, err := s.acquire(ctx)
		if err != nil {
			return nil, nil, err
		}
		tx, err := conn.Begin(ctx)
		if err == nil {
			return conn, tx, nil
		}
		conn.Release()
		if !isLost(err) || ctx.Err() != nil || attempt == maxBegins {
			return nil, nil, err
		}
		s.pool.Reset() // the next connection is a new one
	}
}

// endTx rolls back what is not committed, also after a panic, and releases the
// connection; the pool closes one in an unknown state.
func (s *Store) endTx(t *tx, conn *pgxpool.Conn) {
	if !t.committed {
		_ = t.tx.Rollback(t.Context)
	}
	conn.Release()
	if isLost(t.Failed) {
		s.pool.Reset()
	}
}
