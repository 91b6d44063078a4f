package rows

import (
	"context"

	"pawl"
)

// Queries are the queries of a dialect that read. Those of plain parameters and results
// are the ones that sqlc generates, as they are; the dialect converts the parameters and
// the rows of the others. A query of one row returns [sql.ErrNoRows] where there is
// none.
type Queries interface {
	Upload(ctx context.Context, id string) (pawl.Upload, error)
	UploadByJoinKey(ctx context.Context, owner, joinKey string) (pawl.Upload, error)
	Uploads(ctx context.Context, list UploadList) ([]pawl.Upload, error)
	UsedPart(ctx context.Context, id string) (pawl.Upload, error)
	Joins(ctx context.Context, owner string) ([]Join, error)
	IdleUploads(ctx context.Context, before, lim int64) ([]string, error)
	CountActiveUploads(ctx context.Context, everybody int64, owner string) (int64, error)

	File(ctx context.Context, id string) (pawl.File, error)
	FileByJoinKey(ctx context.Context, owner, joinKey string) (pawl.File, error)
	FilesWithIDs(ctx context.Context, ids []pawl.ID) ([]pawl.File, error)
	Files(ctx context.Context, q pawl.FileQuery) ([]pawl.File, error)
	CountFiles(ctx context.Context, q pawl.FileQuery) (pawl.FileTotals, error)
	CountTypes(ctx context.Context, owner string, types []string) (pawl.FileTotals, error)
	MostDownloaded(ctx context.Context, everybody int64, owner string, lim int64) ([]pawl.File, error)

	Manifest(ctx context.Context, blob string) ([]ManifestRow, error)
	Manifests(ctx context.Context, after string, lim int64) ([]pawl.Manifest, error)
	ManifestSizes(ctx context.Context, blobs []pawl.ID) ([]ManifestSize, error)

	Totals(ctx context.Context, owner string) (Totals, error)
	TotalsBefore(ctx context.Context, owner string, day int64) (pawl.FileTotals, error)
	Days(ctx context.Context, owner string, first, last int64) ([]Day, error)
	Types(ctx context.Context, owner string) ([]pawl.TypeTotal, error)

	Events(ctx context.Context, after, lim int64) ([]pawl.Event, error)
	EventSpan(ctx context.Context) (EventSpan, error)
	Referenced(ctx context.Context, ids []pawl.ID) ([]string, error)
	Heartbeat(ctx context.Context) (pawl.Heartbeat, error)
}

// Statements are the queries of a dialect that write, as [Queries] are those that read.
// One that returns a number returns how many rows it changed.
type Statements interface {
	InsertUpload(ctx context.Context, u Upload) error
	SaveProgress(ctx context.Context, p Progress) (int64, error)
	DeclareLength(ctx context.Context, length, updatedAt int64, id string) (int64, error)
	ForgetSecret(ctx context.Context, id string) (int64, error)
	DeleteUpload(ctx context.Context, id string) (int64, error)
	UploadExists(ctx context.Context, id string) (int64, error)
	InsertUsedPart(ctx context.Context, usedAt int64, id string) (int64, error)
	ForgetUsedParts(ctx context.Context, before int64) error

	InsertFile(ctx context.Context, f File) error
	// EditFile changes what is not nil, and returns the file's name and metadata then.
	EditFile(ctx context.Context, name, metadata *string, updatedAt int64, id string) (Edited, error)
	SetKeys(ctx context.Context, nameKey, searchKey, id string) error
	SetDigest(ctx context.Context, sha256 []byte, id string) (int64, error)
	// AddDownloads returns the file's owner.
	AddDownloads(ctx context.Context, n int64, id string) (owner string, err error)
	DeleteFiles(ctx context.Context, ids []pawl.ID) (deleted []string, err error)

	SaveManifest(ctx context.Context, m Manifest) error
	AddPart(ctx context.Context, p Part) (int64, error)
	AddTail(ctx context.Context, blob string, place, size int64, key string) (int64, error)
	DropParts(ctx context.Context, blob string) error
	DropTails(ctx context.Context, blob string) error
	DeleteManifest(ctx context.Context, blob string) error

	CountDay(ctx context.Context, d Day) error
	CountType(ctx context.Context, owner, mediaType string, files, bytes int64) error
	InsertEvent(ctx context.Context, e NewEvent) error
	ForgetEvents(ctx context.Context, before int64) error
	RestartHeartbeat(ctx context.Context, now, gapBefore int64) error
	SetHeartbeat(ctx context.Context, at int64) error
}
