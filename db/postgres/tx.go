package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"pawl"
	"pawl/db/columns"
	"pawl/db/jobs"
	"pawl/db/postgres/internal/query"
)

// compare orders what a transaction writes in a fixed order.
var compare = strings.Compare

// tx is one transaction: what it has written so far, and its tail.
type tx struct {
	ctx       context.Context // its own, see [Store.Update]
	tx        pgx.Tx
	queries   *query.Queries
	jobs      *jobs.Queue[pgx.Tx]
	tail      tail
	committed bool
	// failed is the first error of the database itself. The server ignores what comes
	// after it, so it ends the change, even one that overlooks it.
	failed error
}

// do runs one statement, unless one has failed before.
func (t *tx) do(doing string, statement func(*query.Queries) error) error {
	if t.failed != nil {
		return t.failed
	}
	t.failed = translate(doing, statement(t.queries))
	return t.failed
}

// move is do for a statement that changes one row, and reports whether it did.
func (t *tx) move(doing string, statement func(*query.Queries) (int64, error)) (moved bool, err error) {
	err = t.do(doing, func(q *query.Queries) error {
		n, err := statement(q)
		moved = n > 0
		return err
	})
	return moved, err
}

// Hold implements [pawl.Tx].
func (t *tx) Hold(l pawl.Lease) error {
	if l == (pawl.Lease{}) {
		return t.failed
	}
	held := false
	err := t.do("hold a lease", func(q *query.Queries) error {
		_, err := q.HoldLease(t.ctx, string(l.ID), l.Generation)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		held = err == nil
		return err
	})
	return unless(held, err, errNotHeld)
}

func (t *tx) InsertUpload(u pawl.Upload) error {
	return t.do("insert an upload", func(q *query.Queries) error {
		return q.InsertUpload(t.ctx, query.InsertUploadParams(columns.OfUpload(u)))
	})
}

func (t *tx) SaveProgress(id pawl.ID, p pawl.Progress, at time.Time) error {
	moved, err := t.move("save progress", func(q *query.Queries) (int64, error) {
		return q.SaveProgress(t.ctx, query.SaveProgressParams{
			Durable: p.Offset, Digested: p.DigestOffset, DigestState: p.DigestState, FoundType: p.FoundType,
			UpdatedAt: columns.Micros(at), ID: string(id),
		})
	})
	if moved || err != nil {
		return err
	}
	return t.mustExist(id) // then the row says more already
}

func (t *tx) DeclareLength(id pawl.ID, length int64, at time.Time) error {
	moved, err := t.move("declare a length", func(q *query.Queries) (int64, error) {
		return q.DeclareLength(t.ctx, query.DeclareLengthParams{Length: length, UpdatedAt: columns.Micros(at), ID: string(id)})
	})
	if moved || err != nil {
		return err
	}
	if err := t.mustExist(id); err != nil {
		return err
	}
	return pawl.Errorf(pawl.Conflict, "the upload has another length")
}

func (t *tx) mustExist(id pawl.ID) error {
	exists, err := t.move("look for an upload", func(q *query.Queries) (int64, error) {
		return q.UploadExists(t.ctx, string(id))
	})
	return unless(exists, err, errNoSuchUpload)
}

func (t *tx) ForgetSecret(id pawl.ID) error {
	moved, err := t.move("forget a secret", func(q *query.Queries) (int64, error) { return q.ForgetSecret(t.ctx, string(id)) })
	return unless(moved, err, errNoSuchUpload)
}

func (t *tx) DeleteUpload(id pawl.ID) error {
	moved, err := t.move("delete an upload", func(q *query.Queries) (int64, error) {
		return q.DeleteUpload(t.ctx, string(id))
	})
	return unless(moved, err, errNoSuchUpload)
}

func (t *tx) UsePart(id pawl.ID, at time.Time) error {
	moved, err := t.move("remember a part", func(q *query.Queries) (int64, error) {
		return q.KeepUsedPart(t.ctx, columns.Micros(at), string(id))
	})
	if err := unless(moved, err, errNoSuchUpload); err != nil {
		return err
	}
	return t.DeleteUpload(id)
}

func (t *tx) ForgetUsedParts(before time.Time) error {
	return t.do("forget parts", func(q *query.Queries) error { return q.ForgetUsedParts(t.ctx, columns.Micros(before)) })
}

func (t *tx) InsertFile(f pawl.File) error {
	return t.do("insert a file", func(q *query.Queries) error {
		return q.InsertFile(t.ctx, query.InsertFileParams(columns.OfFile(f)))
	})
}

func (t *tx) EditFile(id pawl.ID, edit pawl.FileEdit, at time.Time) error {
	params := query.EditFileParams{UpdatedAt: columns.Micros(at), ID: string(id)}
	params.Name = edit.Name
	if edit.Metadata != nil {
		metadata := columns.Metadata(edit.Metadata)
		params.Metadata = &metadata
	}
	var edited query.EditFileRow
	moved, err := t.move("edit a file", func(q *query.Queries) (_ int64, err error) {
		edited, err = q.EditFile(t.ctx, params)
		if errors.Is(err, pgx.ErrNoRows) {
			return 0, nil
		}
		return 1, err
	})
	if err := unless(moved, err, errNoSuchFile); err != nil {
		return err
	}
	return t.do("write a file's keys", func(q *query.Queries) error {
		nameKey, searchKey, err := columns.Keys(edited.Name, edited.Metadata)
		if err != nil {
			return err
		}
		return q.SetKeys(t.ctx, query.SetKeysParams{NameKey: nameKey, SearchKey: searchKey, ID: string(id)})
	})
}

func (t *tx) AddDownloads(id pawl.ID, n int64, at time.Time) error {
	t.tail.downloads = append(t.tail.downloads, download{string(id), n, pawl.Tally{At: at, Downloads: n}})
	return t.failed
}

func (t *tx) Count(tally pawl.Tally) error {
	t.tail.tallies = append(t.tail.tallies, tally)
	return t.failed
}

func (t *tx) Record(e pawl.Event) error {
	t.tail.events = append(t.tail.events, query.InsertEventParams{
		At: columns.Micros(e.At), Type: string(e.Type), Subject: string(e.Subject),
		Owner: e.Owner, Outcome: string(e.Outcome), Reason: e.Reason,
	})
	return t.failed
}

func (t *tx) ForgetEvents(before time.Time) error {
	t.tail.forget = columns.Micros(before)
	return t.failed
}

func (t *tx) SetDigest(id pawl.ID, sum [sha256.Size]byte) error {
	moved, err := t.move("write a digest down", func(q *query.Queries) (int64, error) {
		return q.SetDigest(t.ctx, sum[:], string(id))
	})
	return unless(moved, err, errNoSuchFile)
}

func (t *tx) Enqueue(jobs ...pawl.Job) error {
	return t.do("ask for jobs", func(*query.Queries) error { return t.jobs.Enqueue(t.ctx, t.tx, jobs...) })
}

func (t *tx) Beat(at time.Time) error {
	t.tail.beat = columns.Micros(at)
	return t.failed
}

func unless(moved bool, err, otherwise error) error {
	if moved || err != nil {
		return err
	}
	return otherwise
}
