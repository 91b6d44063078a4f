package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"pawl"
	"pawl/db/postgres/internal/query"
)

// tail is what a transaction writes at its very end, because other transactions
// write the same rows: first the downloads by id, then in the order of its fields,
// each list sorted. Whoever waits for one of these has none that comes later, so
// nobody waits in a circle. (A change that counts downloads is expected to change
// no file otherwise: it would come to their rows in an order of its own.)
type tail struct {
	downloads []download
	forget    int64 // events before this time; 0: none
	beat      int64 // the heartbeat; 0: none
	tallies   []pawl.Tally
	events    []query.InsertEventParams
}

type download struct {
	id  string
	n   int64
	day pawl.Tally // the tally it becomes, but for the owner
}

// bookDownloads counts on the files, by id, and makes tallies of it.
func (t *tx) bookDownloads() error {
	all := t.tail.downloads
	t.tail.downloads = nil
	slices.SortStableFunc(all, func(a, b download) int { return compare(a.id, b.id) })
	for _, d := range all {
		err := t.do("count downloads", func(q *query.Queries) error {
			owner, err := q.AddDownloads(t.ctx, d.n, d.id)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			d.day.Owner = owner
			if err == nil {
				t.tail.tallies = append(t.tail.tallies, d.day)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eventLock is the advisory lock under which events are written: "pawl", and one.
const eventLock = 0x7061776c_0001

func (t *tx) writeTail(q *query.Queries) error {
	if t.tail.forget != 0 {
		if err := q.ForgetEvents(t.ctx, t.tail.forget); err != nil {
			return err
		}
	}
	if t.tail.beat != 0 {
		if err := q.BeginHeartbeat(t.ctx, t.tail.beat, t.tail.beat-pawl.HeartbeatGap.Microseconds()); err != nil {
			return err
		}
		if err := q.SetHeartbeat(t.ctx, t.tail.beat); err != nil {
			return err
		}
	}
	if err := bookTallies(t.ctx, q, t.tail.tallies); err != nil {
		return err
	}
	return t.writeEvents(q)
}

// writeEvents comes last of all: the lock is everybody's.
func (t *tx) writeEvents(q *query.Queries) error {
	if len(t.tail.events) == 0 {
		return nil
	}
	if err := q.LockEvents(t.ctx, eventLock); err != nil {
		return err
	}
	for _, e := range t.tail.events {
		if err := q.InsertEvent(t.ctx, e); err != nil {
			return err
		}
	}
	return q.NotifyEvent(t.ctx)
}

// queue gathers statements instead of running them. Only such can be given to it
// whose results nobody asks for.
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
