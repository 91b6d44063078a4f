package sqlite

import (
	"context"
	"database/sql"
	"log/slog"
	"sync/atomic"
	"time"
)

// SQLite appends commits to a log, and now and then copies the log's pages into
// the database file (a checkpoint). By itself it does so within the commit that
// makes the log long, and whoever waits for that commit waits for the copying and
// its syncs too: a third of all the time where small files come fast, and much
// longer moments where the disk is slow. The cleaner does it beside the writer.
//
// The log begins anew only at a moment when all of it is copied. A busy writer
// would never give that moment, and the log would grow without end: so when it has
// become long, the writer itself copies, between two batches, what little the
// cleaner has left.
const (
	cleanEvery  = 50 * time.Millisecond
	cleanAbove  = 1000 // pages of 4 KiB not copied yet; fewer wait for a quiet moment
	finishAbove = 4000 // pages in the log
)

type cleaner struct {
	conn   *sql.Conn
	log    *slog.Logger
	commit atomic.Int64  // counts
	finish chan struct{} // asks the writer for its part
	ended  chan struct{}
}

func newCleaner(ctx context.Context, w *writer, log *slog.Logger) (*cleaner, error) {
	conn, err := w.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &cleaner{conn: conn, log: log, finish: make(chan struct{}), ended: make(chan struct{})}
	go c.run(w.closing)
	return c, nil
}

// Close waits for the cleaner, which ends with its writer.
func (c *cleaner) Close() error {
	<-c.ended
	return c.conn.Close()
}

func (c *cleaner) run(closing <-chan struct{}) {
	defer close(c.ended)
	tick := time.NewTicker(cleanEvery)
	defer tick.Stop()
	var seen int64 // commits at the last tick
	dirty := true
	for {
		select {
		case <-tick.C:
		case <-closing:
			return
		}
		commits := c.commit.Load()
		quiet := commits == seen
		seen = commits
		if dirty = dirty || !quiet; dirty {
			dirty = c.clean(quiet, closing)
		}
	}
}

// clean copies what has gathered, and reports whether something is left.
func (c *cleaner) clean(quiet bool, closing <-chan struct{}) (left bool) {
	p, ok := c.checkpoint(c.conn, "NOOP")
	if ok && (quiet || p.logged-p.copied > cleanAbove) {
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

// pages is what a checkpoint answers: how many there are in the log, and how many
// of them have been copied.
type pages struct{ logged, copied int64 }

// checkpoint copies what readers allow, and in mode NOOP only looks. What readers
// hold back comes with the next one.
func (c *cleaner) checkpoint(conn *sql.Conn, mode string) (p pages, ok bool) {
	var busy int64
	row := conn.QueryRowContext(uncut, "PRAGMA wal_checkpoint("+mode+")")
	if err := row.Scan(&busy, &p.logged, &p.copied); err != nil {
		c.log.Warn("the database's log was not copied into its file", "error", err)
		return p, false
	}
	return p, true
}
