package postgres

import (
	"context"

	"pawl"
	"pawl/db/postgres/internal/query"
	"pawl/db/rows"
)

// statements are the generated queries as package rows calls them. A query that is not
// here is the generated one as it is. The others have parameters or rows of types that
// sqlc generates for each dialect, and convert them.
type statements struct{ *query.Queries }

var (
	_ rows.Queries    = statements{}
	_ rows.Statements = statements{}
)

func upload(row query.Upload) (pawl.Upload, error)          { return rows.Upload(row).Value() }
func usedPart(row query.UsedPart) (pawl.Upload, error)      { return rows.UsedPart(row).Value() }
func join(row query.JoinsRow) (rows.Join, error)            { return rows.Join(row), nil }
func file(row query.File) (pawl.File, error)                { return rows.File(row).Value() }
func manifest(row query.Multipart) (pawl.Manifest, error)   { return rows.Manifest(row).Value() }
func piece(row query.ManifestRow) (rows.ManifestRow, error) { return rows.ManifestRow(row), nil }
func day(row query.StatsDay) (rows.Day, error)              { return rows.Day(row), nil }
func mediaType(row query.StatsType) (pawl.TypeTotal, error) { return rows.Type(row).Value() }
func event(row query.Event) (pawl.Event, error)             { return rows.Event(row).Value() }
func beat(row query.HeartbeatRow) (pawl.Heartbeat, error)   { return rows.Heartbeat(row).Value() }

func manifestSize(row query.ManifestSizesRow) (rows.ManifestSize, error) {
	return rows.ManifestSize(row), nil
}

func (s statements) Upload(ctx context.Context, id string) (pawl.Upload, error) {
	return rows.One(upload)(s.Queries.Upload(ctx, id))
}

func (s statements) UploadByJoinKey(ctx context.Context, owner, joinKey string) (pawl.Upload, error) {
	return rows.One(upload)(s.Queries.UploadByJoinKey(ctx, owner, joinKey))
}

func (s statements) Uploads(ctx context.Context, list rows.UploadList) ([]pawl.Upload, error) {
	return rows.Each(upload)(s.Queries.Uploads(ctx, query.UploadsParams(list)))
}

func (s statements) UsedPart(ctx context.Context, id string) (pawl.Upload, error) {
	return rows.One(usedPart)(s.Queries.UsedPart(ctx, id))
}

func (s statements) Joins(ctx context.Context, owner string) ([]rows.Join, error) {
	return rows.Each(join)(s.Queries.Joins(ctx, owner))
}

func (s statements) File(ctx context.Context, id string) (pawl.File, error) {
	return rows.One(file)(s.Queries.File(ctx, id))
}

func (s statements) FileByJoinKey(ctx context.Context, owner, joinKey string) (pawl.File, error) {
	return rows.One(file)(s.Queries.FileByJoinKey(ctx, owner, joinKey))
}

func (s statements) MostDownloaded(ctx context.Context, everybody int64, owner string, lim int64) ([]pawl.File, error) {
	return rows.Each(file)(s.Queries.MostDownloaded(ctx, everybody, owner, lim))
}

func (s statements) Manifest(ctx context.Context, blob string) ([]rows.ManifestRow, error) {
	return rows.Each(piece)(s.Queries.Manifest(ctx, blob))
}

func (s statements) Manifests(ctx context.Context, after string, lim int64) ([]pawl.Manifest, error) {
	return rows.Each(manifest)(s.Queries.Manifests(ctx, after, lim))
}

func (s statements) Totals(ctx context.Context, owner string) (rows.Totals, error) {
	row, err := s.Queries.Totals(ctx, owner)
	return rows.Totals(row), err
}

func (s statements) TotalsBefore(ctx context.Context, owner string, day int64) (pawl.FileTotals, error) {
	row, err := s.Queries.TotalsBefore(ctx, owner, day)
	return pawl.FileTotals(row), err
}

func (s statements) Days(ctx context.Context, owner string, first, last int64) ([]rows.Day, error) {
	return rows.Each(day)(s.Queries.Days(ctx, owner, first, last))
}

func (s statements) Types(ctx context.Context, owner string) ([]pawl.TypeTotal, error) {
	return rows.Each(mediaType)(s.Queries.Types(ctx, owner))
}

func (s statements) Events(ctx context.Context, after, lim int64) ([]pawl.Event, error) {
	return rows.Each(event)(s.Queries.Events(ctx, after, lim))
}

func (s statements) EventSpan(ctx context.Context) (rows.EventSpan, error) {
	row, err := s.Queries.EventSpan(ctx)
	return rows.EventSpan(row), err
}

func (s statements) Heartbeat(ctx context.Context) (pawl.Heartbeat, error) {
	return rows.One(beat)(s.Queries.Heartbeat(ctx))
}

func (s statements) InsertUpload(ctx context.Context, u rows.Upload) error {
	return s.Queries.InsertUpload(ctx, query.InsertUploadParams(u))
}

func (s statements) SaveProgress(ctx context.Context, p rows.Progress) (int64, error) {
	return s.Queries.SaveProgress(ctx, query.SaveProgressParams(p))
}

func (s statements) InsertFile(ctx context.Context, f rows.File) error {
	return s.Queries.InsertFile(ctx, query.InsertFileParams(f))
}

func (s statements) EditFile(ctx context.Context, name, metadata *string, updatedAt int64, id string) (rows.Edited, error) {
	row, err := s.Queries.EditFile(ctx, name, metadata, updatedAt, id)
	return rows.Edited(row), err
}

func (s statements) SaveManifest(ctx context.Context, m rows.Manifest) error {
	return s.Queries.SaveManifest(ctx, query.SaveManifestParams(m))
}

func (s statements) AddPart(ctx context.Context, p rows.Part) (int64, error) {
	return s.Queries.AddPart(ctx, query.AddPartParams(p))
}

func (s statements) CountDay(ctx context.Context, d rows.Day) error {
	return s.Queries.CountDay(ctx, query.CountDayParams(d))
}

func (s statements) InsertEvent(ctx context.Context, e rows.NewEvent) error {
	return s.Queries.InsertEvent(ctx, query.InsertEventParams(e))
}
