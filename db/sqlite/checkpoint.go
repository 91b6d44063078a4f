package sqlite

import (
	"context"
	"database/sql"
	"log/slog"
	"sync/atomic"
	"time"
)

// SQLite appends commits to a log (the WAL), and now and then copies the log's pages into
// the database file (a checkpoint). By itself it does so within the commit that makes
// the log long, and whoever waits for that commit waits for the copying and its syncs
// too: a third of all the time where small files come fast, and much longer where the
// disk is slow. The checkpointer does it beside the writer.
//
// The log starts over only when all of it is copied. While the writer is busy that never
// happens, and the log would grow without end: so when it has become long, the writer
// itself copies, between two batches, what little the checkpointer has left.
const (
	checkpointEvery = 50 * time.Millisecond
	checkpointAbove = 1000 // pages of 4 KiB not copied yet; fewer wait until no commit comes
	finishAbove     = 4000 // pages in the log
)

// checkpointer checkpoints the log on a connection of its own.
type checkpointer struct {
	conn    *sql.Conn
	log     *slog.Logger
	commits atomic.Int64  // so far
	finish  chan struct{} // asks the writer to copy the rest
	ended   chan struct{}
}

func newCheckpointer(ctx context.Context, w *writer, log *slog.Logger) (*checkpointer, error) {
	conn, err := w.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &checkpointer{conn: conn, log: log, finish: make(chan struct{}), ended: make(chan struct{})}
	go c.run(w.closing)
	return c, nil
}

// Close waits for the checkpointer, which ends with its writer.
func (c *checkpointer) Close() error {
	<-c.ended
	return c.conn.Close()
}

func (c *checkpointer) run(closing <-chan struct{}) {
	defer close(c.ended)
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	var seen int64 // commits at the last tick
	dirty := true
	for {
		select {
		case <-tick.C:
		case <-closing:
			return
		}
		commits := c.commits.Load()
		quiet := commits == seen
		seen = commits
		if dirty = dirty || !quiet; dirty {
			dirty = c.checkpointIfNeeded(quiet, closing)
		}
	}
}

// checkpointIfNeeded copies the pages if they are many or no commit came lately, and
// reports whether some are left.
func (c *checkpointer) checkpointIfNeeded(quiet bool, closing <-chan struct{}) (left bool) {
	p, ok := c.checkpoint(c.conn, "NOOP")
	if ok && (quiet || p.logged-p.copied > checkpointAbove) {
		p, ok = c.checkpoint(c.conn, "PASSIVE")
	}
	if ok && p.logged > finishAbove {
		select {
		case c.finish <- struct{}{}:
		case <-closing:
		}
	}
	return !ok || p.copied < p.logged
}

// pages are how many there are in the log, and how many of them have been copied.
type pages struct{ logged, copied int64 }

// checkpoint copies the pages that no reader needs, in mode NOOP none; the next one
// copies the others.
func (c *checkpointer) checkpoint(conn *sql.Conn, mode string) (p pages, ok bool) {
	var busy int64
	row := conn.QueryRowContext(uncut, "PRAGMA wal_checkpoint("+mode+")")
	if err := row.Scan(&busy, &p.logged, &p.copied); err != nil {
		c.log.Warn("the database's log was not copied into its file", "error", err)
		return p, false
	}
	return p, true
}
