package pawl

import (
	"context"
	"crypto/sha256"
	"time"
)

// Store keeps the state of uploads and files. Every implementation passes the contract
// suite in db/dbtest.
//
// A read of one row returns an [Error] of kind [NotFound] if there is none. Every method
// returns one of kind [Unavailable] where the database cannot be reached.
type Store interface {
	// Update runs fn in one transaction: all of its writes become durable before Update
	// returns nil, or none happens. After an error of kind [Unavailable] either may be the
	// case. fn must do nothing but call tx; it may share its commit with others that come
	// at the same time, and runs once.
	Update(ctx context.Context, fn func(tx Tx) error) error

	UploadReader
	FileReader
	LifeReader
	ManifestReader

	// Stats returns the statistics of owner, with every day of days.
	Stats(ctx context.Context, owner Scope, days DayRange) (Stats, error)
	// Events returns at most limit events recorded after seq, oldest first.
	Events(ctx context.Context, after int64, limit int) ([]Event, error)
	// EventSpan returns the oldest seq still kept and the newest ever given; 0 and 0 if
	// there were no events.
	EventSpan(ctx context.Context) (oldest, newest int64, err error)
	// Ping returns an error if the database cannot be used.
	Ping(ctx context.Context) error
}

// UploadReader reads uploads under way.
type UploadReader interface {
	// Upload returns an upload as its row says; its blob may be further.
	Upload(ctx context.Context, id ID) (Upload, error)
	// UploadByJoinKey returns the owner's Final upload with that [Upload.JoinKey].
	UploadByJoinKey(ctx context.Context, owner, key string) (Upload, error)
	// Uploads returns the uploads that q selects.
	Uploads(ctx context.Context, q UploadQuery) ([]Upload, error)
	// Joins returns the Final uploads of an owner that a partial upload is a part of.
	Joins(ctx context.Context, owner string, part ID) ([]ID, error)
	// IdleUploads returns at most limit uploads, partial ones too, whose rows were last
	// changed before a time, longest ago first.
	IdleUploads(ctx context.Context, before time.Time, limit int) ([]ID, error)
	// UsedPart returns a partial upload as it was when [Tx.UsePart] ended it.
	UsedPart(ctx context.Context, id ID) (Upload, error)
}

// FileReader reads files.
type FileReader interface {
	// File returns a file.
	File(ctx context.Context, id ID) (File, error)
	// FilesWithIDs returns those of the files that exist.
	FilesWithIDs(ctx context.Context, ids []ID) (map[ID]File, error)
	// FileByJoinKey returns the owner's file that was joined with that [Upload.JoinKey].
	FileByJoinKey(ctx context.Context, owner, key string) (File, error)
	// Files returns the files that q selects, in its order.
	Files(ctx context.Context, q FileQuery) ([]File, error)
	// FileTotals returns the totals of what Files returns without a cursor and a limit.
	FileTotals(ctx context.Context, q FileQuery) (FileTotals, error)
}

// LifeReader reads what must be known before something is deleted.
type LifeReader interface {
	// Referenced returns which of the ids have an upload or a file.
	Referenced(ctx context.Context, ids []ID) (map[ID]bool, error)
	// Heartbeat returns when [Tx.Beat] was last called, and since when without a gap; zero
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

// Tx is a write transaction. Changes of state are compare-and-set: for a row that is not in
// the expected state a method returns an [Error] of kind [NotFound], so that of two who make
// the same change one succeeds and the other changes nothing.
type Tx interface {
	// Hold fails the transaction, with kind [Locked], unless l is still the upload's lease:
	// until the commit nobody else can take it. The zero Lease always is.
	Hold(l Lease) error
	// Enqueue enqueues jobs, no two of the same kind and id, to be done once the
	// transaction is committed.
	Enqueue(jobs ...Job) error
	ManifestWriter

	// InsertUpload inserts an upload; kind [Conflict] if its id or its JoinKey exists.
	InsertUpload(u Upload) error
	// SaveProgress saves p unless the row is already further.
	SaveProgress(id ID, p Progress, at time.Time) error
	// DeclareLength sets the length of an upload that has none; kind [Conflict] if it has
	// another one.
	DeclareLength(id ID, length int64, at time.Time) error
	// ForgetToken removes the upload's token.
	ForgetToken(id ID) error
	// DeleteUpload deletes an upload.
	DeleteUpload(id ID) error
	// UsePart is DeleteUpload for a partial upload that has been joined: its length is
	// remembered until ForgetUsedParts.
	UsePart(id ID, at time.Time) error
	// ForgetUsedParts forgets the partial uploads that were joined before a time.
	ForgetUsedParts(before time.Time) error

	// InsertFile inserts a file; kind [Conflict] if its id exists.
	InsertFile(f File) error
	// EditFile changes a file's name, or its metadata.
	EditFile(id ID, edit FileEdit, at time.Time) error
	// SetDigest sets the digest of a file that has none.
	SetDigest(id ID, sum [sha256.Size]byte) error
	// DeleteFiles deletes files and returns the ids of those that existed.
	DeleteFiles(ids []ID) (deleted []ID, err error)
	// AddDownloads counts n downloads of a file, and in its owner's statistics; a file that
	// does not exist is no error.
	AddDownloads(id ID, n int64, at time.Time) error

	// Count adds t to the statistics.
	Count(t Tally) error
	// Record records an event and gives it its seq.
	Record(e Event) error
	// ForgetEvents deletes the events before a time.
	ForgetEvents(before time.Time) error

	// Beat records that a server is using the database.
	Beat(at time.Time) error
}

// UploadQuery selects uploads, newest first, by keyset: those with ids below Before.
type UploadQuery struct {
	Owner       Scope
	Before      ID   // empty: from the newest
	WithPartial bool // also partial uploads
	OnlyWhole   bool // only those whose every byte is known to have arrived
	Limit       int
}

// FileSort is the order of a list of files; files that are equal in it are ordered by id.
type FileSort string

// The orders of a list of files.
const (
	ByCreated FileSort = "created_at"
	ByName    FileSort = "name" // folded, see SortKey
	BySize    FileSort = "size"
)

// FileQuery selects files. The zero Owner selects nothing; every other zero field selects
// everything.
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

// FileCursor is the place of a file in the order of a list: the value sorted by, and the id.
type FileCursor struct {
	Created time.Time // with ByCreated
	Name    string    // with ByName: see SortKey
	Size    int64     // with BySize
	ID      ID
}

// FileTotals is the number of files that a query selects, and their size.
type FileTotals struct {
	Files int64
	Bytes int64
}

// FileEdit is a change to a file's editable fields; nil leaves one as it is.
type FileEdit struct {
	Name     *string
	Metadata map[string]string
}
