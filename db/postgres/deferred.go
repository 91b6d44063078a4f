package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"pawl"
	"pawl/db/postgres/internal/query"
	"pawl/db/rows"
)

// deferred is what a transaction writes at its very end, because other transactions write
// the same rows: the downloads in the order of ids, the deletion of old events, the
// heartbeat, the statistics in the order of their rows, and the events. A transaction that
// waits for one of these rows holds none that comes later, so that there are no
// deadlocks. (A change that counts downloads is expected to change no file otherwise: it
// would lock their rows in an order of its own.)
//
// SQLite has one writer, and writes all but the statistics at once.
type deferred struct {
	downloads []download
	forget    int64 // events before this time; 0: none
	beat      int64 // the heartbeat; 0: none
	events    []rows.NewEvent
}

type download struct {
	id string
	n  int64
	at time.Time
}

// AddDownloads implements [pawl.Tx].
func (t *tx) AddDownloads(id pawl.ID, n int64, at time.Time) error {
	t.deferred.downloads = append(t.deferred.downloads, download{string(id), n, at})
	return t.Failed
}

// Record implements [pawl.Tx].
func (t *tx) Record(e pawl.Event) error {
	t.deferred.events = append(t.deferred.events, rows.OfEvent(e))
	return t.Failed
}

// ForgetEvents implements [pawl.Tx].
func (t *tx) ForgetEvents(before time.Time) error {
	t.deferred.forget = rows.Micros(before)
	return t.Failed
}

// Beat implements [pawl.Tx].
func (t *tx) Beat(at time.Time) error {
	t.deferred.beat = rows.Micros(at)
	return t.Failed
}

// DeleteFiles implements [pawl.Tx]. It writes the downloads that were counted before it,
// while there are files to count them on.
func (t *tx) DeleteFiles(ids []pawl.ID) (deleted []pawl.ID, err error) {
	if err := t.writeDownloads(); err != nil {
		return nil, err
	}
	return t.Tx.DeleteFiles(ids)
}

// writeDownloads counts the downloads on the files, by id.
func (t *tx) writeDownloads() error {
	all := t.deferred.downloads
	t.deferred.downloads = nil
	slices.SortStableFunc(all, func(a, b download) int { return cmp.Compare(a.id, b.id) })
	for _, d := range all {
		if err := t.Tx.AddDownloads(pawl.ID(d.id), d.n, d.at); err != nil {
			return err
		}
	}
	return nil
}

// eventLock is the advisory lock under which events are written: "pawl", and one.
const eventLock = 0x7061776c_0001

// writeDeferred writes what is left when the downloads are written. No result is needed
// of any of its statements, so that q can be a [queue].
func (t *tx) writeDeferred(q statements) error {
	if t.deferred.forget != 0 {
		if err := q.ForgetEvents(t.Context, t.deferred.forget); err != nil {
			return err
		}
	}
	if t.deferred.beat != 0 {
		if err := rows.Beat(t.Context, q, t.deferred.beat); err != nil {
			return err
		}
	}
	var statistics rows.Statistics
	statistics.Add(t.Tallies)
	if err := statistics.Write(t.Context, q); err != nil {
		return err
	}
	return t.writeEvents(q)
}

// writeEvents comes last of all: the lock is everybody's.
func (t *tx) writeEvents(q statements) error {
	if len(t.deferred.events) == 0 {
		return nil
	}
	if err := q.LockEvents(t.Context, eventLock); err != nil {
		return err
	}
	for _, e := range t.deferred.events {
		if err := q.InsertEvent(t.Context, e); err != nil {
			return err
		}
	}
	return q.NotifyEvent(t.Context)
}

// commit writes what was deferred and commits, all in one message to the server: the
// rows and the lock that everybody waits for are never held by an instance that does
// not answer.
func (t *tx) commit() error {
	if t.Failed != nil {
		return t.Failed
	}
	if err := t.writeDownloads(); err != nil {
		return err
	}
	var batch pgx.Batch
	if err := t.writeDeferred(statements{query.New(queue{&batch})}); err != nil {
		return err
	}
	batch.Queue("COMMIT")
	t.Failed = translate("commit", t.send(&batch))
	t.committed = t.Failed == nil
	return t.Failed
}

func (t *tx) send(batch *pgx.Batch) error {
	results := t.tx.SendBatch(t.Context, batch)
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

// queue gathers statements instead of running them. Only such can be given to it whose
// results nobody needs.
type queue struct{ batch *pgx.Batch }

func (q queue) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	q.batch.Queue(sql, args...)
	return pgconn.CommandTag{}, nil
}

func (queue) Query(context.Context, string, ...any) (pgx.Rows, error) {
	return nil, errors.New("a query that is only queued has no rows")
}

func (queue) QueryRow(context.Context, string, ...any) pgx.Row { return noRow{} }

type noRow struct{}

func (noRow) Scan(...any) error { return errors.New("a query that is only queued has no row") }
