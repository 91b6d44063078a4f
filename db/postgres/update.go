package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"pawl"
	"pawl/db/postgres/internal/query"
)

// Update implements [pawl.Store]. A change whose ctx ends before it has a
// connection does not run; once it runs, it has a time of its own.
//
// Transactions cannot stop each other for good. A change locks the rows of one
// upload or file, from which no other change comes to the same rows by another
// way; those that everybody's changes have in common are left to the end and taken
// in one order: see tail.
//
// Where the connection breaks during the commit nobody can tell whether it was
// done: the error is of kind Unavailable, and as every move is compare-and-set its
// caller may try again.
func (s *Store) Update(ctx context.Context, fn func(pawl.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return translate("begin a transaction", err)
	}
	conn, pgTx, err := s.begin(ctx)
	if err != nil {
		return translate("begin a transaction", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), updateTimeout)
	defer cancel()
	t := &tx{ctx: ctx, tx: pgTx, queries: query.New(pgTx), jobs: s.jobs}
	defer s.end(t, conn)
	if err := fn(t); err != nil {
		return err
	}
	return t.commit()
}

const maxBegins = 3

// begin opens a transaction on a connection that works: one that was idle when its
// server went away is only found out when it is used.
func (s *Store) begin(ctx context.Context) (*pgxpool.Conn, pgx.Tx, error) {
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

// end takes back what is not committed, also after a panic, and gives the
// connection back; one in an unknown state is closed by the pool.
func (s *Store) end(t *tx, conn *pgxpool.Conn) {
	if !t.committed {
		_ = t.tx.Rollback(t.ctx)
	}
	conn.Release()
	if isLost(t.failed) {
		s.pool.Reset()
	}
}

// commit writes the tail and commits, all in one message to the server: the rows
// and the lock that everybody waits for are never held by an instance that does
// not answer.
func (t *tx) commit() error {
	if t.failed != nil {
		return t.failed
	}
	if err := t.bookDownloads(); err != nil {
		return err
	}
	var batch pgx.Batch
	if err := t.writeTail(query.New(queue{&batch})); err != nil {
		return err
	}
	batch.Queue("COMMIT")
	t.failed = translate("commit", t.send(&batch))
	t.committed = t.failed == nil
	return t.failed
}

func (t *tx) send(batch *pgx.Batch) error {
	results := t.tx.SendBatch(t.ctx, batch)
	var last pgconn.CommandTag
	var err error
	for range batch.QueuedQueries {
		if last, err = results.Exec(); err != nil {
			return errors.Join(err, results.Close())
		}
	}
	if err := results.Close(); err != nil {
		return err
	}
	if last.String() != "COMMIT" {
		return errors.New("the server answered " + last.String() + " to a commit")
	}
	return nil
}
