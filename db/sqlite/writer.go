package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"

	"pawl"
	"pawl/db/jobs"
	"pawl/db/rows"
	"pawl/db/sqlite/internal/query"
)

// A commit waits for the disk, and the disk takes as long for one change as for many. So
// there is one writer; while it waits, changes gather, and all of them become its next
// transaction (group commit). A change that comes alone is not delayed.

// maxBatch bounds how long the last change of a batch waits for those before it.
const maxBatch = 256

// errEnded is the error of a change that never returned.
var errEnded error = pawl.Errorf(pawl.Internal, "a change did not return")

// writer owns the one connection that writes. Its statements are prepared once, on
// the connection, and run within whatever transaction that is in.
type writer struct {
	pool    *sql.DB
	conn    *sql.Conn
	queries *query.Queries // prepared on conn
	control control
	jobs    *jobs.Queue[*sql.Tx]

	checkpoints *checkpointer
	// failure is the error of the last change or commit, nil if it succeeded. Errors that
	// are not the database's own do not count.
	failure atomic.Pointer[error]

	calls   chan *call // unbuffered: what is not received has not started
	closing chan struct{}
	written chan struct{} // closed when the writer has ended
}

// call is one Update on its way through the writer.
type call struct {
	ctx      context.Context
	change   func(pawl.Tx) error
	err      error
	panicked any
	done     chan struct{}
}

// Update implements [pawl.Store]. A change whose ctx ends before its turn does
// not run; once it runs, Update returns when its commit is durable, whatever ctx
// says by then. A change that fails, or panics, is rolled back alone; a commit that
// fails, fails for all changes that share it.
func (s *Store) Update(ctx context.Context, fn func(pawl.Tx) error) error {
	c := &call{ctx: ctx, change: fn, done: make(chan struct{})}
	select {
	case s.writes.calls <- c:
	case <-ctx.Done():
		return translate("wait for the writer", ctx.Err())
	case <-s.writes.closing:
		return translate("write", rows.ErrClosed)
	}
	<-c.done
	if c.panicked != nil {
		panic(c.panicked)
	}
	return c.err
}

func newWriter(ctx context.Context, c Config, queue *jobs.Queue[*sql.Tx]) (w *writer, err error) {
	w = &writer{
		jobs:    queue,
		calls:   make(chan *call),
		closing: make(chan struct{}),
		written: make(chan struct{}),
	}
	if w.pool, err = open(c.Path, 2, writerPragmas, immediate); err != nil { // the second is the checkpointer's
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = w.pool.Close()
		}
	}()
	if w.conn, err = w.pool.Conn(ctx); err != nil {
		return nil, err
	}
	if w.queries, err = query.Prepare(ctx, w.conn); err != nil {
		return nil, err
	}
	if w.control, err = prepareControl(ctx, w.conn); err != nil {
		return nil, err
	}
	if w.checkpoints, err = newCheckpointer(ctx, w, c.Log); err != nil {
		return nil, err
	}
	go w.run()
	return w, nil
}

// Close ends the writer after the batch it is writing.
func (w *writer) Close() error {
	close(w.closing)
	<-w.written
	return errors.Join(w.checkpoints.Close(), w.control.Close(), w.queries.Close(), w.conn.Close(), w.pool.Close())
}

func (w *writer) run() {
	closed := false
	defer func() {
		if closed {
			close(w.written)
		} else { // a change has ended the goroutine: runtime.Goexit, as t.Fatal does
			go w.run()
		}
	}()
	for !closed {
		select {
		case c := <-w.calls:
			w.commit(w.gather(c))
		case <-w.checkpoints.finish:
			w.checkpoints.checkpoint(w.conn, "PASSIVE")
		case <-w.closing:
			closed = true
		}
	}
}

// gather receives the calls that are waiting, without waiting for more.
func (w *writer) gather(first *call) []*call {
	batch := []*call{first}
	for len(batch) < maxBatch {
		select {
		case c := <-w.calls:
			batch = append(batch, c)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch and reports the outcome to its calls.
func (w *writer) commit(batch []*call) {
	err := errEnded
	defer func() { finish(batch, err) }()
	err = w.transact(batch)
	w.noteFailure(err)
	w.checkpoints.commits.Add(1)
}

// noteFailure remembers a failure of the database itself. A full disk is none: what is
// there can still be read.
func (w *writer) noteFailure(err error) {
	if kind := pawl.KindOf(err); kind == pawl.Unavailable || kind == pawl.Internal {
		w.failure.Store(&err)
	}
}

// finish ends the calls of a batch, with err where they have no error of their own.
func finish(batch []*call, err error) {
	for _, c := range batch {
		if c.err == nil {
			c.err = err
		}
		close(c.done)
	}
}

// transact runs a batch in one transaction. The error of one change is in its call; what
// is returned is the error of all.
func (w *writer) transact(batch []*call) error {
	transaction, err := w.conn.BeginTx(uncut, nil) // immediate, see open
	if err != nil {
		return translate("begin a transaction", err)
	}
	committed := false
	defer func() {
		if !committed {
			_ = transaction.Rollback() // fails where SQLite has rolled back by itself
			w.control.rollback()       // a commit that failed leaves the transaction open
		}
	}()
	var statistics rows.Statistics
	changed := 0
	for _, c := range batch {
		ok, err := w.apply(c, transaction, len(batch) == 1, &statistics)
		if err != nil {
			return translate("roll back one change", err)
		}
		if ok {
			changed++
		}
	}
	if changed == 0 {
		return nil
	}
	if err := statistics.Write(uncut, statements{w.queries}); err != nil {
		return translate("write statistics", err)
	}
	if err = transaction.Commit(); err != nil {
		return translate("commit", err)
	}
	committed = true
	w.failure.Store(nil)
	return nil
}

// apply runs one change, which is the whole transaction or has a savepoint to roll back
// to. It reports whether there is something to commit. An error leaves the transaction
// in an unknown state.
func (w *writer) apply(c *call, transaction *sql.Tx, alone bool, statistics *rows.Statistics) (ok bool, err error) {
	if err := c.ctx.Err(); err != nil {
		c.err = translate("wait for the writer", err)
		return false, nil
	}
	if !alone {
		if err := w.control.save(); err != nil {
			return false, err
		}
	}
	t := &tx{
		Tx:          rows.Tx{Context: uncut, Dialect: dialect, Statements: statements{w.queries}},
		transaction: transaction, jobs: w.jobs,
	}
	t.run(c)
	w.noteFailure(t.Failed)
	if c.err == nil && c.panicked == nil {
		statistics.Add(t.Tallies)
		if alone {
			return true, nil
		}
		return true, w.control.release()
	}
	if alone {
		return false, nil
	}
	if err := errors.Join(w.control.undo(), w.control.release()); err != nil {
		// SQLite has rolled back the whole transaction, as it does when the disk is full.
		return false, errors.Join(t.Failed, err)
	}
	return false, nil
}

// control has the statements for savepoints, and the one that ends a transaction which
// database/sql believes to be ended.
type control struct {
	statements [4]*sql.Stmt
}

var controlTexts = [...]string{"SAVEPOINT change", "RELEASE change", "ROLLBACK TO change", "ROLLBACK"}

func prepareControl(ctx context.Context, conn *sql.Conn) (c control, err error) {
	for i, text := range controlTexts {
		if c.statements[i], err = conn.PrepareContext(ctx, text); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c control) exec(i int) error {
	_, err := c.statements[i].Exec()
	return err
}

func (c control) save() error    { return c.exec(0) }
func (c control) release() error { return c.exec(1) }
func (c control) undo() error    { return c.exec(2) }
func (c control) rollback()      { _ = c.exec(3) } // fails where there is no transaction, as it should

func (c control) Close() error {
	var errs []error
	for _, s := range c.statements {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
