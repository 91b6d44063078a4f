package rows

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"pawl"
)

// Reader implements the reads of [pawl.Store] over the queries of a dialect, whose store
// embeds it.
type Reader struct {
	dialect  *Dialect
	read     ReadFunc
	snapshot ReadFunc
	searches Searches
}

// ReadFunc runs fn with a dialect's queries, and translates its error; see
// [Dialect.Translate]. It may run fn twice.
type ReadFunc func(ctx context.Context, doing string, fn func(context.Context, Queries) error) error

// NewReader returns a reader that reads by read, and by snapshot where several queries
// have to see the same moment.
func NewReader(d *Dialect, read, snapshot ReadFunc, searches Searches) Reader {
	return Reader{d, read, snapshot, searches}
}

// read runs a read that returns a value.
func read[T any](ctx context.Context, run ReadFunc, doing string, fn func(context.Context, Queries) (T, error)) (value T, err error) {
	err = run(ctx, doing, func(ctx context.Context, q Queries) (err error) {
		value, err = fn(ctx, q)
		return err
	})
	return value, err
}

// Upload implements [pawl.UploadReader].
func (r Reader) Upload(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	return read(ctx, r.read, "read an upload", func(ctx context.Context, q Queries) (pawl.Upload, error) {
		return q.Upload(ctx, string(id))
	})
}

// UploadByJoinKey implements [pawl.UploadReader].
func (r Reader) UploadByJoinKey(ctx context.Context, owner, key string) (pawl.Upload, error) {
	return read(ctx, r.read, "read an upload by what it joins", func(ctx context.Context, q Queries) (pawl.Upload, error) {
		return q.UploadByJoinKey(ctx, owner, key)
	})
}

// UsedPart implements [pawl.UploadReader].
func (r Reader) UsedPart(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	return read(ctx, r.read, "read a used part", func(ctx context.Context, q Queries) (pawl.Upload, error) {
		return q.UsedPart(ctx, string(id))
	})
}

// Uploads implements [pawl.UploadReader].
func (r Reader) Uploads(ctx context.Context, q pawl.UploadQuery) ([]pawl.Upload, error) {
	if q.Owner.IsNobody() {
		return nil, nil
	}
	return read(ctx, r.read, "list uploads", func(ctx context.Context, queries Queries) ([]pawl.Upload, error) {
		return queries.Uploads(ctx, uploadList(q))
	})
}

// Joins implements [pawl.UploadReader].
func (r Reader) Joins(ctx context.Context, owner string, part pawl.ID) ([]pawl.ID, error) {
	return read(ctx, r.read, "list joins", func(ctx context.Context, q Queries) (joins []pawl.ID, err error) {
		list, err := q.Joins(ctx, owner)
		for _, join := range list {
			if slices.Contains(partsOf(join.JoinKey), part) {
				joins = append(joins, pawl.ID(join.ID))
			}
		}
		return joins, err
	})
}

// IdleUploads implements [pawl.UploadReader].
func (r Reader) IdleUploads(ctx context.Context, before time.Time, limit int) ([]pawl.ID, error) {
	return read(ctx, r.read, "list idle uploads", func(ctx context.Context, q Queries) ([]pawl.ID, error) {
		return Each(asID)(q.IdleUploads(ctx, Micros(before), int64(limit)))
	})
}

func asID(id string) (pawl.ID, error) { return pawl.ID(id), nil }

// File implements [pawl.FileReader].
func (r Reader) File(ctx context.Context, id pawl.ID) (pawl.File, error) {
	return read(ctx, r.read, "read a file", func(ctx context.Context, q Queries) (pawl.File, error) {
		return q.File(ctx, string(id))
	})
}

// FilesWithIDs implements [pawl.FileReader].
func (r Reader) FilesWithIDs(ctx context.Context, ids []pawl.ID) (map[pawl.ID]pawl.File, error) {
	return read(ctx, r.read, "read files", func(ctx context.Context, q Queries) (map[pawl.ID]pawl.File, error) {
		files, err := q.FilesWithIDs(ctx, ids)
		byID := make(map[pawl.ID]pawl.File, len(files))
		for _, f := range files {
			byID[f.ID] = f
		}
		return byID, err
	})
}

// FileByJoinKey implements [pawl.FileReader].
func (r Reader) FileByJoinKey(ctx context.Context, owner, key string) (pawl.File, error) {
	return read(ctx, r.read, "read a file by what it joins", func(ctx context.Context, q Queries) (pawl.File, error) {
		return q.FileByJoinKey(ctx, owner, key)
	})
}

// Files implements [pawl.FileReader]. The error is of kind Invalid where files cannot be
// sorted so.
func (r Reader) Files(ctx context.Context, q pawl.FileQuery) ([]pawl.File, error) {
	if !slices.Contains([]pawl.FileSort{"", pawl.ByCreated, pawl.ByName, pawl.BySize}, q.Sort) {
		return nil, pawl.Errorf(pawl.Invalid, "files cannot be sorted by %q", q.Sort)
	}
	if q.Owner.IsNobody() {
		return nil, nil
	}
	list := func(ctx context.Context, queries Queries) ([]pawl.File, error) { return queries.Files(ctx, q) }
	if !isSearch(q) {
		return read(ctx, r.read, "list files", list)
	}
	return search(ctx, r, "list files", list)
}

// FileTotals implements [pawl.FileReader].
func (r Reader) FileTotals(ctx context.Context, q pawl.FileQuery) (pawl.FileTotals, error) {
	if q.Owner.IsNobody() {
		return pawl.FileTotals{}, nil
	}
	if byTypeAlone(q) {
		return read(ctx, r.read, "count files", func(ctx context.Context, queries Queries) (pawl.FileTotals, error) {
			return queries.CountTypes(ctx, q.Owner.Owner(), q.Types)
		})
	}
	return search(ctx, r, "count files", func(ctx context.Context, queries Queries) (pawl.FileTotals, error) {
		return queries.CountFiles(ctx, q)
	})
}

// Referenced implements [pawl.LifeReader].
func (r Reader) Referenced(ctx context.Context, ids []pawl.ID) (map[pawl.ID]bool, error) {
	return read(ctx, r.read, "read references", func(ctx context.Context, q Queries) (map[pawl.ID]bool, error) {
		found, err := q.Referenced(ctx, ids)
		referenced := make(map[pawl.ID]bool, len(found))
		for _, id := range found {
			referenced[pawl.ID(id)] = true
		}
		return referenced, err
	})
}

// Heartbeat implements [pawl.LifeReader].
func (r Reader) Heartbeat(ctx context.Context) (pawl.Heartbeat, error) {
	return read(ctx, r.read, "read the heartbeat", func(ctx context.Context, q Queries) (pawl.Heartbeat, error) {
		beat, err := q.Heartbeat(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return pawl.Heartbeat{}, nil
		}
		return beat, err
	})
}

// Manifest implements [pawl.ManifestReader]. Its parts and tails are of one moment.
func (r Reader) Manifest(ctx context.Context, blob pawl.ID) (pawl.Manifest, error) {
	return read(ctx, r.read, "read a manifest", func(ctx context.Context, q Queries) (pawl.Manifest, error) {
		list, err := q.Manifest(ctx, string(blob))
		if err != nil {
			return pawl.Manifest{}, err
		}
		return manifestOf(blob, list)
	})
}

// ManifestSizes implements [pawl.ManifestReader].
func (r Reader) ManifestSizes(ctx context.Context, blobs []pawl.ID) (map[pawl.ID]int64, error) {
	return read(ctx, r.read, "read the sizes of manifests", func(ctx context.Context, q Queries) (map[pawl.ID]int64, error) {
		list, err := q.ManifestSizes(ctx, blobs)
		sizes := make(map[pawl.ID]int64, len(list))
		for _, m := range list {
			sizes[pawl.ID(m.Blob)] = m.Size
		}
		return sizes, err
	})
}

// Manifests implements [pawl.ManifestReader].
func (r Reader) Manifests(ctx context.Context, after pawl.ID, limit int) ([]pawl.Manifest, error) {
	return read(ctx, r.read, "list manifests", func(ctx context.Context, q Queries) ([]pawl.Manifest, error) {
		return q.Manifests(ctx, string(after), int64(limit))
	})
}

// Stats implements [pawl.Store]. Its parts are of one moment.
func (r Reader) Stats(ctx context.Context, owner pawl.Scope, days pawl.DayRange) (pawl.Stats, error) {
	if owner.IsNobody() {
		return pawl.Stats{}, nil
	}
	return read(ctx, r.snapshot, "read statistics", func(ctx context.Context, q Queries) (pawl.Stats, error) {
		return readStats(ctx, q, owner, days)
	})
}

// Events implements [pawl.Store].
func (r Reader) Events(ctx context.Context, after int64, limit int) ([]pawl.Event, error) {
	return read(ctx, r.read, "list events", func(ctx context.Context, q Queries) ([]pawl.Event, error) {
		return q.Events(ctx, after, int64(limit))
	})
}

// EventSpan implements [pawl.Store].
func (r Reader) EventSpan(ctx context.Context) (oldest, newest int64, err error) {
	span, err := read(ctx, r.read, "read the span of events", func(ctx context.Context, q Queries) (EventSpan, error) {
		return q.EventSpan(ctx)
	})
	return span.Oldest, span.Newest, err
}
