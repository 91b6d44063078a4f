package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"pawl"
	"pawl/db/columns"
	"pawl/db/sqlite/internal/query"
)

func (s *Store) Upload(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	row, err := s.queries.Upload(ctx, string(id))
	return one(row, err, upload, "read an upload")
}

func (s *Store) UploadByJoinKey(ctx context.Context, owner, key string) (pawl.Upload, error) {
	row, err := s.queries.UploadByJoinKey(ctx, owner, key)
	return one(row, err, upload, "read an upload by what it joins")
}

func (s *Store) UsedPart(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	row, err := s.queries.UsedPart(ctx, string(id))
	return one(row, err, usedPart, "read a used part")
}

func (s *Store) Uploads(ctx context.Context, q pawl.UploadQuery) ([]pawl.Upload, error) {
	if q.Owner.IsNobody() {
		return nil, nil
	}
	before := string(q.Before)
	if before == "" {
		before = columns.AfterEveryID
	}
	rows, err := s.queries.Uploads(ctx, query.UploadsParams{
		Before: before, Everybody: columns.Flag(q.Owner.IsEverybody()), Owner: q.Owner.Owner(),
		WithPartial: columns.Flag(q.WithPartial), OnlyWhole: columns.Flag(q.OnlyWhole), Lim: columns.Limit(q.Limit),
	})
	return many(rows, err, upload, "list uploads")
}

func (s *Store) Joins(ctx context.Context, owner string, part pawl.ID) ([]pawl.ID, error) {
	rows, err := s.queries.Joins(ctx, owner)
	var joins []pawl.ID
	for _, row := range rows {
		if slices.Contains(columns.Parts(row.JoinKey), part) {
			joins = append(joins, pawl.ID(row.ID))
		}
	}
	return joins, translate("list joins", err)
}

func (s *Store) IdleUploads(ctx context.Context, before time.Time, limit int) ([]pawl.ID, error) {
	rows, err := s.queries.IdleUploads(ctx, columns.Micros(before), int64(limit))
	return many(rows, err, asID, "list idle uploads")
}

func asID(id string) (pawl.ID, error) { return pawl.ID(id), nil }

func (s *Store) File(ctx context.Context, id pawl.ID) (pawl.File, error) {
	row, err := s.queries.File(ctx, string(id))
	return one(row, err, file, "read a file")
}

func (s *Store) FileByJoinKey(ctx context.Context, owner, key string) (pawl.File, error) {
	row, err := s.queries.FileByJoinKey(ctx, owner, key)
	return one(row, err, file, "read a file by what it joins")
}

func (s *Store) Referenced(ctx context.Context, ids []pawl.ID) (map[pawl.ID]bool, error) {
	found, err := s.queries.Referenced(ctx, columns.JSON(ids))
	if err != nil {
		return nil, translate("look for references", err)
	}
	referenced := make(map[pawl.ID]bool, len(found))
	for _, id := range found {
		referenced[pawl.ID(id)] = true
	}
	return referenced, nil
}

func (s *Store) Heartbeat(ctx context.Context) (pawl.Heartbeat, error) {
	beat, err := s.queries.Heartbeat(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return pawl.Heartbeat{}, nil
	case err != nil:
		return pawl.Heartbeat{}, translate("read the heartbeat", err)
	}
	return pawl.Heartbeat{At: columns.Instant(beat.At), Since: columns.Instant(beat.Since)}, nil
}

func (s *Store) Events(ctx context.Context, after int64, limit int) ([]pawl.Event, error) {
	rows, err := s.queries.Events(ctx, after, int64(limit))
	return many(rows, err, event, "list events")
}

func event(row query.Event) (pawl.Event, error) {
	return pawl.Event{
		Seq: row.Seq, At: columns.Instant(row.At), Type: pawl.EventType(row.Type), Subject: pawl.ID(row.Subject),
		Owner: row.Owner, Outcome: pawl.Outcome(row.Outcome), Reason: row.Reason,
	}, nil
}

func (s *Store) EventSpan(ctx context.Context) (oldest, newest int64, err error) {
	span, err := s.queries.EventSpan(ctx)
	return span.Oldest, span.Newest, translate("read the span of events", err)
}

func one[Row, T any](row Row, err error, convert func(Row) (T, error), doing string) (T, error) {
	if err != nil {
		var none T
		return none, translate(doing, err)
	}
	value, err := convert(row)
	return value, translate(doing, err)
}

func many[Row, T any](rows []Row, err error, convert func(Row) (T, error), doing string) ([]T, error) {
	if err != nil {
		return nil, translate(doing, err)
	}
	all, err := columns.Each(rows, convert)
	return all, translate(doing, err)
}
