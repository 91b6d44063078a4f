package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"

	"pawl"
	"pawl/db/columns"
	"pawl/db/jobs"
	"pawl/db/sqlite/internal/query"
)

// tx is the part of a transaction that is one change's.
type tx struct {
	queries     *query.Queries
	transaction *sql.Tx // the same, for the jobs
	jobs        *jobs.Queue[*sql.Tx]
	tallies     []pawl.Tally
	// failed is the first error of the database itself. SQLite may have given the
	// whole transaction up by then, and what came after it would be written
	// outside of any: so it ends the change, even one that overlooks it.
	failed error
}

// run lets a change write, and keeps what became of it in its call. The change
// runs on the writer's goroutine: its panic is for its caller, not the writer.
func (t *tx) run(c *call) {
	defer func() { c.panicked = recover() }()
	if c.err = c.change(t); c.err == nil {
		c.err = t.failed
	}
}

// No statement is cut short: the writer carries out what it has begun.
var uncut = context.Background()

// do runs one statement, unless one has failed before.
func (t *tx) do(doing string, statement func(*query.Queries) error) error {
	if t.failed != nil {
		return t.failed
	}
	err := translate(doing, statement(t.queries))
	t.failed = err
	return err
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

func (t *tx) InsertUpload(u pawl.Upload) error {
	return t.do("insert an upload", func(q *query.Queries) error {
		return q.InsertUpload(uncut, query.InsertUploadParams(columns.OfUpload(u)))
	})
}

func (t *tx) SaveProgress(id pawl.ID, p pawl.Progress, at time.Time) error {
	moved, err := t.move("save progress", func(q *query.Queries) (int64, error) {
		return q.SaveProgress(uncut, query.SaveProgressParams{
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
		return q.DeclareLength(uncut, query.DeclareLengthParams{Length: length, UpdatedAt: columns.Micros(at), ID: string(id)})
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
		return q.UploadExists(uncut, string(id))
	})
	return unless(exists, err, errNoSuchUpload)
}

func (t *tx) ForgetSecret(id pawl.ID) error {
	moved, err := t.move("forget a secret", func(q *query.Queries) (int64, error) { return q.ForgetSecret(uncut, string(id)) })
	return unless(moved, err, errNoSuchUpload)
}

func (t *tx) DeleteUpload(id pawl.ID) error {
	moved, err := t.move("delete an upload", func(q *query.Queries) (int64, error) {
		return q.DeleteUpload(uncut, string(id))
	})
	return unless(moved, err, errNoSuchUpload)
}

func (t *tx) UsePart(id pawl.ID, at time.Time) error {
	moved, err := t.move("remember a part", func(q *query.Queries) (int64, error) {
		return q.KeepUsedPart(uncut, columns.Micros(at), string(id))
	})
	if err := unless(moved, err, errNoSuchUpload); err != nil {
		return err
	}
	return t.DeleteUpload(id)
}

func (t *tx) ForgetUsedParts(before time.Time) error {
	return t.do("forget parts", func(q *query.Queries) error { return q.ForgetUsedParts(uncut, columns.Micros(before)) })
}

func (t *tx) InsertFile(f pawl.File) error {
	return t.do("insert a file", func(q *query.Queries) error {
		return q.InsertFile(uncut, query.InsertFileParams(columns.OfFile(f)))
	})
}

func (t *tx) EditFile(id pawl.ID, edit pawl.FileEdit, at time.Time) error {
	params := query.EditFileParams{UpdatedAt: columns.Micros(at), ID: string(id)}
	if edit.Name != nil {
		params.Name = text(*edit.Name)
	}
	if edit.Metadata != nil {
		params.Metadata = text(columns.Metadata(edit.Metadata))
	}
	var edited query.EditFileRow
	moved, err := t.move("edit a file", func(q *query.Queries) (_ int64, err error) {
		edited, err = q.EditFile(uncut, params)
		if errors.Is(err, sql.ErrNoRows) {
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
		return q.SetKeys(uncut, query.SetKeysParams{NameKey: nameKey, SearchKey: searchKey, ID: string(id)})
	})
}

func (t *tx) AddDownloads(id pawl.ID, n int64, at time.Time) error {
	return t.do("count downloads", func(q *query.Queries) error {
		owner, err := q.AddDownloads(uncut, n, string(id))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		t.tallies = append(t.tallies, pawl.Tally{At: at, Owner: owner, Downloads: n})
		return nil
	})
}

func (t *tx) Count(tally pawl.Tally) error {
	t.tallies = append(t.tallies, tally)
	return t.failed
}

func (t *tx) Record(e pawl.Event) error {
	return t.do("record an event", func(q *query.Queries) error {
		return q.InsertEvent(uncut, query.InsertEventParams{
			At: columns.Micros(e.At), Type: string(e.Type), Subject: string(e.Subject),
			Owner: e.Owner, Outcome: string(e.Outcome), Reason: e.Reason,
		})
	})
}

func (t *tx) ForgetEvents(before time.Time) error {
	return t.do("forget events", func(q *query.Queries) error { return q.ForgetEvents(uncut, columns.Micros(before)) })
}

func (t *tx) SetDigest(id pawl.ID, sum [sha256.Size]byte) error {
	moved, err := t.move("write a digest down", func(q *query.Queries) (int64, error) { return q.SetDigest(uncut, sum[:], string(id)) })
	return unless(moved, err, errNoSuchFile)
}

func (t *tx) Enqueue(jobs ...pawl.Job) error {
	return t.do("ask for jobs", func(*query.Queries) error { return t.jobs.Enqueue(uncut, t.transaction, jobs...) })
}

func (t *tx) Beat(at time.Time) error {
	return t.do("write the heartbeat", func(q *query.Queries) error {
		if err := q.BeginHeartbeat(uncut, columns.Micros(at), columns.Micros(at.Add(-pawl.HeartbeatGap))); err != nil {
			return err
		}
		return q.SetHeartbeat(uncut, columns.Micros(at))
	})
}

func unless(moved bool, err, otherwise error) error {
	if moved || err != nil {
		return err
	}
	return otherwise
}

var (
	errNoSuchUpload = pawl.Errorf(pawl.NotFound, "no such upload")
	errNoSuchFile   = pawl.Errorf(pawl.NotFound, "no such file")
)
