package pawl

import (
	"context"
	"crypto/sha256"
	"time"
)

// Store keeps the state of uploads and files. Every implementation passes the
// contract suite in db/dbtest.
//
// Reads return an [Error] of kind [NotFound] where there is no such row, and of
// kind [Unavailable] where the database is away.
type Store interface {
	// Update runs fn in one transaction: all of its writes become durable before
	// Update returns nil, or none happens. fn must do nothing but call tx; it may
	// share its commit with others that come at the same time, and runs once.
	Update(ctx context.Context, fn func(tx Tx) error) error

	UploadReader
	FileReader
	LifeReader
	ManifestReader

	Stats(ctx context.Context, owner Scope, days DayRange) (Stats, error)
	// Events lists what happened after seq, oldest first.
	Events(ctx context.Context, after int64, limit int) ([]Event, error)
	// EventSpan is the oldest seq still kept and the newest ever given, 0 and 0 if none.
	EventSpan(ctx context.Context) (oldest, newest int64, err error)
	Ping(ctx context.Context) error
}

// UploadReader reads uploads under way.
type UploadReader interface {
	Upload(ctx context.Context, id ID) (Upload, error)
	UploadByJoinKey(ctx context.Context, owner, key string) (Upload, error)
	Uploads(ctx context.Context, q UploadQuery) ([]Upload, error)
	// Joins lists the Final uploads of an owner that a partial upload is a part of.
	Joins(ctx context.Context, owner string, part ID) ([]ID, error)
	// IdleUploads lists uploads, partial ones too, whose row was last changed before a
	// time, longest ago first.
	IdleUploads(ctx context.Context, before time.Time, limit int) ([]ID, error)
	// UsedPart is a partial upload as it was when [Tx.UsePart] ended it.
	UsedPart(ctx context.Context, id ID) (Upload, error)
}

// FileReader reads files.
type FileReader interface {
	File(ctx context.Context, id ID) (File, error)
	// FilesWithIDs returns those of the files that are there.
	FilesWithIDs(ctx context.Context, ids []ID) (map[ID]File, error)
	FileByJoinKey(ctx context.Context, owner, key string) (File, error)
	Files(ctx context.Context, q FileQuery) ([]File, error)
	// FileTotals returns the totals of what Files returns without a cursor and a limit.
	FileTotals(ctx context.Context, q FileQuery) (FileTotals, error)
}

// LifeReader reads what deletion has to ask.
type LifeReader interface {
	// Referenced tells which of the ids have an upload or a file.
	Referenced(ctx context.Context, ids []ID) (map[ID]bool, error)
	// Heartbeat is when [Tx.Beat] was last called, and since when without a gap; zero
	// times if never.
	Heartbeat(ctx context.Context) (Heartbeat, error)
}

// Heartbeat is when the database was in use by a running server.
type Heartbeat struct {
	At    time.Time // the last time
	Since time.Time // the first time after which none is missing
}

// HeartbeatGap is how long a heartbeat may be missing.
const HeartbeatGap = 10 * time.Minute

// Tx is a write transaction. Moves from one state to another are compare-and-set:
// a row that is not in the expected state is an [Error] of kind [NotFound], so
// that of two who drive the same move one wins and the other changes nothing.
type Tx interface {
	// Hold fails the transaction, with kind Locked, unless l is the upload's lease
	// still: until the commit nobody else can take it. The zero Lease always is.
	Hold(l Lease) error
	// Enqueue asks for jobs, no two of the same kind and id, to be done once the
	// transaction is committed.
	Enqueue(jobs ...Job) error
	ManifestWriter

	InsertUpload(u Upload) error
	// SaveProgress writes p down unless the row already says more.
	SaveProgress(id ID, p Progress, at time.Time) error
	// DeclareLength sets the length of an upload that has none; kind Conflict if it has another.
	DeclareLength(id ID, length int64, at time.Time) error
	// ForgetSecret leaves the upload without one.
	ForgetSecret(id ID) error
	DeleteUpload(id ID) error
	// UsePart is DeleteUpload for a partial upload that has been joined: how long it
	// was is remembered until ForgetUsedParts.
	UsePart(id ID, at time.Time) error
	ForgetUsedParts(before time.Time) error

	InsertFile(f File) error
	EditFile(id ID, edit FileEdit, at time.Time) error
	// SetDigest writes down the digest of a file that had none yet.
	SetDigest(id ID, sum [sha256.Size]byte) error
	// DeleteFiles deletes files and returns the ids of those that were there.
	DeleteFiles(ids []ID) (deleted []ID, err error)
	// AddDownloads counts on a file and in its owner's statistics; a file that is
	// gone is no error.
	AddDownloads(id ID, n int64, at time.Time) error

	Count(t Tally) error
	Record(e Event) error
	ForgetEvents(before time.Time) error

	Beat(at time.Time) error
}

// UploadQuery selects uploads, newest first, by keyset: those with ids below Before.
type UploadQuery struct {
	Owner       Scope
	Before      ID   // empty: from the newest
	WithPartial bool // also the pieces of parallel uploads
	OnlyWhole   bool // only those whose every byte is known to have arrived
	Limit       int
}

// FileSort is what a list of files is ordered by; ties go by id.
type FileSort string

// The orders of a list of files.
const (
	ByCreated FileSort = "created_at"
	ByName    FileSort = "name" // folded, see SortKey
	BySize    FileSort = "size"
)

// FileQuery selects files. The zero Owner selects nothing; every other zero field
// selects everything.
type FileQuery struct {
	Owner         Scope
	Words         []string // see SearchWords; each is in the name or the path
	Types         []string // media types, or families such as "image/"; any of them
	State         FileState
	CreatedAfter  time.Time // inclusive
	CreatedBefore time.Time // exclusive
	Sort          FileSort
	Ascending     bool
	After         *FileCursor // keyset: only what comes after it in the order
	Limit         int
}

// FileCursor is the place of a file in the order of a list: the value sorted by,
// and the id.
type FileCursor struct {
	Created time.Time // with ByCreated
	Name    string    // with ByName: see SortKey
	Size    int64     // with BySize
	ID      ID
}

// FileTotals is how many files a query selects, and their size.
type FileTotals struct {
	Files int64
	Bytes int64
}

// FileEdit is a change to a file's editable fields; nil leaves one as it is.
type FileEdit struct {
	Name     *string
	Metadata map[string]string
}
