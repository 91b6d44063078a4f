package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"pawl"
	"pawl/db/columns"
	"pawl/db/postgres/internal/query"
)

func (s *Store) Upload(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	return read(ctx, s, "read an upload", func(ctx context.Context, q *query.Queries) (pawl.Upload, error) {
		row, err := q.Upload(ctx, string(id))
		return one(row, err, upload)
	})
}

func (s *Store) UsedPart(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	return read(ctx, s, "read a used part", func(ctx context.Context, q *query.Queries) (pawl.Upload, error) {
		row, err := q.UsedPart(ctx, string(id))
		return one(row, err, usedPart)
	})
}

func (s *Store) UploadByJoinKey(ctx context.Context, owner, key string) (pawl.Upload, error) {
	return read(ctx, s, "read an upload by what it joins", func(ctx context.Context, q *query.Queries) (pawl.Upload, error) {
		row, err := q.UploadByJoinKey(ctx, owner, key)
		return one(row, err, upload)
	})
}

func (s *Store) Uploads(ctx context.Context, q pawl.UploadQuery) ([]pawl.Upload, error) {
	if q.Owner.IsNobody() {
		return nil, nil
	}
	before := string(q.Before)
	if before == "" {
		before = columns.AfterEveryID
	}
	params := query.UploadsParams{
		Before: before, Everybody: columns.Flag(q.Owner.IsEverybody()), Owner: q.Owner.Owner(),
		WithPartial: columns.Flag(q.WithPartial), OnlyWhole: columns.Flag(q.OnlyWhole), Lim: columns.Limit(q.Limit),
	}
	return read(ctx, s, "list uploads", func(ctx context.Context, queries *query.Queries) ([]pawl.Upload, error) {
		rows, err := queries.Uploads(ctx, params)
		return many(rows, err, upload)
	})
}

func (s *Store) Joins(ctx context.Context, owner string, part pawl.ID) ([]pawl.ID, error) {
	return read(ctx, s, "list joins", func(ctx context.Context, q *query.Queries) ([]pawl.ID, error) {
		rows, err := q.Joins(ctx, owner)
		var joins []pawl.ID
		for _, row := range rows {
			if slices.Contains(columns.Parts(row.JoinKey), part) {
				joins = append(joins, pawl.ID(row.ID))
			}
		}
		return joins, err
	})
}

func (s *Store) IdleUploads(ctx context.Context, before time.Time, limit int) ([]pawl.ID, error) {
	return read(ctx, s, "list idle uploads", func(ctx context.Context, q *query.Queries) ([]pawl.ID, error) {
		rows, err := q.IdleUploads(ctx, columns.Micros(before), int64(limit))
		return many(rows, err, asID)
	})
}

func (s *Store) File(ctx context.Context, id pawl.ID) (pawl.File, error) {
	return read(ctx, s, "read a file", func(ctx context.Context, q *query.Queries) (pawl.File, error) {
		row, err := q.File(ctx, string(id))
		return one(row, err, file)
	})
}

func (s *Store) FileByJoinKey(ctx context.Context, owner, key string) (pawl.File, error) {
	return read(ctx, s, "read a file by what it joins", func(ctx context.Context, q *query.Queries) (pawl.File, error) {
		row, err := q.FileByJoinKey(ctx, owner, key)
		return one(row, err, file)
	})
}

func asID(id string) (pawl.ID, error) { return pawl.ID(id), nil }

func (s *Store) Referenced(ctx context.Context, ids []pawl.ID) (map[pawl.ID]bool, error) {
	return read(ctx, s, "look for references", func(ctx context.Context, q *query.Queries) (map[pawl.ID]bool, error) {
		found, err := q.Referenced(ctx, columns.Texts(ids))
		referenced := make(map[pawl.ID]bool, len(found))
		for _, id := range found {
			referenced[pawl.ID(id)] = true
		}
		return referenced, err
	})
}

func (s *Store) Heartbeat(ctx context.Context) (pawl.Heartbeat, error) {
	return read(ctx, s, "read the heartbeat", func(ctx context.Context, q *query.Queries) (pawl.Heartbeat, error) {
		beat, err := q.Heartbeat(ctx)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return pawl.Heartbeat{}, nil
		case err != nil:
			return pawl.Heartbeat{}, err
		}
		return pawl.Heartbeat{At: columns.Instant(beat.At), Since: columns.Instant(beat.Since)}, nil
	})
}

func (s *Store) Events(ctx context.Context, after int64, limit int) ([]pawl.Event, error) {
	return read(ctx, s, "list events", func(ctx context.Context, q *query.Queries) ([]pawl.Event, error) {
		rows, err := q.Events(ctx, after, int64(limit))
		return many(rows, err, event)
	})
}

func event(row query.Event) (pawl.Event, error) {
	return pawl.Event{
		Seq: row.Seq, At: columns.Instant(row.At), Type: pawl.EventType(row.Type), Subject: pawl.ID(row.Subject),
		Owner: row.Owner, Outcome: pawl.Outcome(row.Outcome), Reason: row.Reason,
	}, nil
}

func (s *Store) EventSpan(ctx context.Context) (oldest, newest int64, err error) {
	span, err := read(ctx, s, "read the span of events", func(ctx context.Context, q *query.Queries) (query.EventSpanRow, error) {
		return q.EventSpan(ctx)
	})
	return span.Oldest, span.Newest, err
}

func one[Row, T any](row Row, err error, convert func(Row) (T, error)) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return convert(row)
}

func many[Row, T any](rows []Row, err error, convert func(Row) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	return columns.Each(rows, convert)
}
