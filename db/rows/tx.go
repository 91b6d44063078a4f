package rows

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"

	"pawl"
)

// Tx implements the writes of [pawl.Tx] over the statements of a dialect, whose
// transaction embeds it and adds Hold and Enqueue. Each statement runs when it is called
// for; only the tallies are left to the dialect, which writes their sums before the
// commit.
type Tx struct {
	// Context is of every statement. A transaction has its own: it is not cut short when
	// the one of its caller ends.
	Context    context.Context
	Dialect    *Dialect
	Statements Statements
	Tallies    []pawl.Tally
	// Failed is the first error of the database itself, after which no statement runs.
	// It fails the transaction, also a change that ignores it: PostgreSQL would ignore
	// what follows, and SQLite may have rolled back and would write it outside of any
	// transaction.
	Failed error
}

// Do runs one statement, unless one has failed before.
func (t *Tx) Do(doing string, statement func(Statements) error) error {
	if t.Failed == nil {
		t.Failed = t.Dialect.Translate(doing, statement(t.Statements))
	}
	return t.Failed
}

// change is Do for a statement that changes one row, and reports whether it did.
func (t *Tx) change(doing string, statement func(Statements) (int64, error)) (changed bool, err error) {
	err = t.Do(doing, func(q Statements) error {
		n, err := statement(q)
		changed = n > 0
		return err
	})
	return changed, err
}

// mustChange is change where the error is otherwise if no row was changed.
func (t *Tx) mustChange(doing string, otherwise error, statement func(Statements) (int64, error)) error {
	if changed, err := t.change(doing, statement); changed || err != nil {
		return err
	}
	return otherwise
}

// InsertUpload implements [pawl.Tx].
func (t *Tx) InsertUpload(u pawl.Upload) error {
	return t.Do("insert an upload", func(q Statements) error { return q.InsertUpload(t.Context, OfUpload(u)) })
}

// SaveProgress implements [pawl.Tx].
func (t *Tx) SaveProgress(id pawl.ID, p pawl.Progress, at time.Time) error {
	changed, err := t.change("save progress", func(q Statements) (int64, error) {
		return q.SaveProgress(t.Context, Progress{
			Durable: p.Offset, Digested: p.DigestOffset, DigestState: p.DigestState, FoundType: p.FoundType,
			UpdatedAt: Micros(at), ID: string(id),
		})
	})
	if changed || err != nil {
		return err
	}
	return t.mustExist(id) // then the row has more progress already
}

// DeclareLength implements [pawl.Tx].
func (t *Tx) DeclareLength(id pawl.ID, length int64, at time.Time) error {
	changed, err := t.change("declare a length", func(q Statements) (int64, error) {
		return q.DeclareLength(t.Context, length, Micros(at), string(id))
	})
	if changed || err != nil {
		return err
	}
	if err := t.mustExist(id); err != nil {
		return err
	}
	return errOtherLength
}

func (t *Tx) mustExist(id pawl.ID) error {
	return t.mustChange("find an upload", ErrNoSuchUpload, func(q Statements) (int64, error) {
		return q.UploadExists(t.Context, string(id))
	})
}

// ForgetToken implements [pawl.Tx].
func (t *Tx) ForgetToken(id pawl.ID) error {
	return t.mustChange("forget a secret", ErrNoSuchUpload, func(q Statements) (int64, error) {
		return q.ForgetSecret(t.Context, string(id))
	})
}

// DeleteUpload implements [pawl.Tx].
func (t *Tx) DeleteUpload(id pawl.ID) error {
	return t.mustChange("delete an upload", ErrNoSuchUpload, func(q Statements) (int64, error) {
		return q.DeleteUpload(t.Context, string(id))
	})
}

// UsePart implements [pawl.Tx].
func (t *Tx) UsePart(id pawl.ID, at time.Time) error {
	err := t.mustChange("remember a part", ErrNoSuchUpload, func(q Statements) (int64, error) {
		return q.InsertUsedPart(t.Context, Micros(at), string(id))
	})
	if err != nil {
		return err
	}
	return t.DeleteUpload(id)
}

// ForgetUsedParts implements [pawl.Tx].
func (t *Tx) ForgetUsedParts(before time.Time) error {
	return t.Do("forget parts", func(q Statements) error { return q.ForgetUsedParts(t.Context, Micros(before)) })
}

// InsertFile implements [pawl.Tx].
func (t *Tx) InsertFile(f pawl.File) error {
	return t.Do("insert a file", func(q Statements) error { return q.InsertFile(t.Context, OfFile(f)) })
}

// EditFile implements [pawl.Tx].
func (t *Tx) EditFile(id pawl.ID, edit pawl.FileEdit, at time.Time) error {
	var metadata *string
	if edit.Metadata != nil {
		encoded := Metadata(edit.Metadata)
		metadata = &encoded
	}
	var nameKey, searchKey string
	err := t.mustChange("edit a file", ErrNoSuchFile, func(q Statements) (int64, error) {
		edited, err := q.EditFile(t.Context, edit.Name, metadata, Micros(at), string(id))
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil
		}
		if err == nil {
			nameKey, searchKey, err = Keys(edited.Name, edited.Metadata)
		}
		return 1, err
	})
	if err != nil {
		return err
	}
	return t.Do("write a file's keys", func(q Statements) error {
		return q.SetKeys(t.Context, nameKey, searchKey, string(id))
	})
}

// SetDigest implements [pawl.Tx].
func (t *Tx) SetDigest(id pawl.ID, sum [sha256.Size]byte) error {
	return t.mustChange("set a digest", ErrNoSuchFile, func(q Statements) (int64, error) {
		return q.SetDigest(t.Context, sum[:], string(id))
	})
}

// DeleteFiles implements [pawl.Tx].
func (t *Tx) DeleteFiles(ids []pawl.ID) (deleted []pawl.ID, err error) {
	err = t.Do("delete files", func(q Statements) error {
		deleted, err = Each(asID)(q.DeleteFiles(t.Context, ids))
		return err
	})
	return deleted, err
}

// AddDownloads implements [pawl.Tx].
func (t *Tx) AddDownloads(id pawl.ID, n int64, at time.Time) error {
	return t.Do("count downloads", func(q Statements) error {
		owner, err := q.AddDownloads(t.Context, n, string(id))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		t.Tallies = append(t.Tallies, pawl.Tally{At: at, Owner: owner, Downloads: n})
		return nil
	})
}

// Count implements [pawl.Tx].
func (t *Tx) Count(tally pawl.Tally) error {
	t.Tallies = append(t.Tallies, tally)
	return t.Failed
}

// Record implements [pawl.Tx].
func (t *Tx) Record(e pawl.Event) error {
	return t.Do("record an event", func(q Statements) error { return q.InsertEvent(t.Context, OfEvent(e)) })
}

// ForgetEvents implements [pawl.Tx].
func (t *Tx) ForgetEvents(before time.Time) error {
	return t.Do("forget events", func(q Statements) error { return q.ForgetEvents(t.Context, Micros(before)) })
}

// Beat implements [pawl.Tx].
func (t *Tx) Beat(at time.Time) error {
	return t.Do("write the heartbeat", func(q Statements) error { return Beat(t.Context, q, Micros(at)) })
}

// Beat writes the heartbeat.
func Beat(ctx context.Context, q Statements, at int64) error {
	if err := q.RestartHeartbeat(ctx, at, at-pawl.HeartbeatGap.Microseconds()); err != nil {
		return err
	}
	return q.SetHeartbeat(ctx, at)
}

// SaveManifest implements [pawl.ManifestWriter].
func (t *Tx) SaveManifest(m pawl.Manifest) error {
	return t.Do("save a manifest", func(q Statements) error { return q.SaveManifest(t.Context, OfManifest(m)) })
}

// AddPart implements [pawl.ManifestWriter].
func (t *Tx) AddPart(blob pawl.ID, p pawl.Part) error {
	return t.mustChange("add a part", errTaken, func(q Statements) (int64, error) {
		return q.AddPart(t.Context, Part{
			Blob: string(blob), Number: int64(p.Number), Size: p.Size, Etag: p.ETag, Checksum: p.Checksum,
		})
	})
}

// AddTail implements [pawl.ManifestWriter].
func (t *Tx) AddTail(blob pawl.ID, tail pawl.Tail) error {
	return t.mustChange("add a tail", errTaken, func(q Statements) (int64, error) {
		return q.AddTail(t.Context, string(blob), tail.Place, tail.Size, tail.Key)
	})
}

// DropParts implements [pawl.ManifestWriter].
func (t *Tx) DropParts(blob pawl.ID) error {
	return t.Do("drop parts", func(q Statements) error { return q.DropParts(t.Context, string(blob)) })
}

// DropTails implements [pawl.ManifestWriter].
func (t *Tx) DropTails(blob pawl.ID) error {
	return t.Do("drop tails", func(q Statements) error { return q.DropTails(t.Context, string(blob)) })
}

// DeleteManifest implements [pawl.ManifestWriter].
func (t *Tx) DeleteManifest(blob pawl.ID) error {
	return t.Do("delete a manifest", func(q Statements) error {
		for _, remove := range []func(context.Context, string) error{q.DropParts, q.DropTails, q.DeleteManifest} {
			if err := remove(t.Context, string(blob)); err != nil {
				return err
			}
		}
		return nil
	})
}
