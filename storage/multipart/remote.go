package multipart

import (
	"context"
	"io"
	"iter"
	"math"
	"time"

	"pawl"
)

// Remote is an object store that has multipart uploads. Keys are whole: the engine
// has put its prefix before them.
//
// Errors are of kind NotFound (no such object), Gone (no such multipart upload, with
// the message of [ErrUploadGone]), Conflict (see [PutOptions] and CompleteUpload),
// NoSpace or Unavailable; anything else is a broken store. A remote tries passing failures again by itself,
// until the context ends.
type Remote interface {
	Limits() Limits

	// PutObject stores an object, and replaces one that is there.
	PutObject(ctx context.Context, key string, content Content, o PutOptions) error
	// GetObject reads a range of an object. If etag is not empty, the object must still
	// have it. GetObject returns the object's etag.
	GetObject(ctx context.Context, key string, r Range, etag string) (body io.ReadCloser, currentETag string, err error)
	// HeadObject describes an object.
	HeadObject(ctx context.Context, key string) (Object, error)
	// DeleteObjects deletes any number of objects; one that is not there is no error.
	DeleteObjects(ctx context.Context, keys ...string) error
	// ListObjects lists the objects whose keys begin with prefix; unless recursive, only
	// those that have no slash after it. Their nonces are not needed.
	ListObjects(ctx context.Context, prefix string, recursive bool) iter.Seq2[Object, error]

	// CreateUpload begins a multipart upload. With checksums, every part of it has one.
	CreateUpload(ctx context.Context, key string, checksums bool) (Upload, error)
	// PutPart stores a part, and replaces one of the same number.
	PutPart(ctx context.Context, u Upload, number int, content Content) (pawl.Part, error)
	// CopyPart makes a part of a range of an object.
	CopyPart(ctx context.Context, u Upload, number int, source string, r Range) (pawl.Part, error)
	// CompleteUpload makes the object of the parts, in order. The error is of kind
	// Conflict if one of them has been replaced since.
	CompleteUpload(ctx context.Context, u Upload, parts []pawl.Part) error
	// AbortUpload frees an upload's parts; one that is not there is no error.
	AbortUpload(ctx context.Context, u Upload) error
	// CheckUpload returns an error of kind Gone if the upload is not there.
	CheckUpload(ctx context.Context, u Upload) error
	// ListUploads lists the uploads under way whose keys begin with prefix.
	ListUploads(ctx context.Context, prefix string) iter.Seq2[Upload, error]
}

// Limits are what a remote accepts.
type Limits struct {
	MinPart    int64 // bytes of every part but the last
	MaxCopy    int64 // bytes of a part that is copied
	MaxParts   int   // also the highest part number
	EqualParts bool  // every part of an object but the last must have one size
}

// Content is the bytes of an object or a part. Seek supports the beginning, for
// another attempt, and reports the position and the size.
type Content interface {
	io.ReadSeeker
	Size() int64 // bytes
	// CRC32C returns the CRC-32C (Castagnoli) of all bytes. It may have to read them,
	// from the beginning, and leaves the content at its beginning.
	CRC32C() (uint32, error)
}

// PutOptions say how an object is put.
type PutOptions struct {
	// IfAbsent makes PutObject fail with kind Conflict if there is such an object.
	IfAbsent bool
	// Nonce is stored with the object, unless it is empty.
	Nonce string
}

// Range is the bytes from Start up to, but without, End. The zero Range is the whole
// object.
type Range struct{ Start, End int64 }

// Object describes an object.
type Object struct {
	Key   string
	Size  int64 // bytes
	Nonce string
	Age   time.Duration // by the remote's own clock, or UnknownAge
}

// Upload names a multipart upload.
type Upload struct {
	Key       string
	ID        string
	Checksums bool          // its parts have checksums
	Age       time.Duration // in a listing; by the remote's own clock, or UnknownAge
}

// UnknownAge is less than any age.
const UnknownAge time.Duration = math.MinInt64

// ErrUploadGone means that a multipart upload is not there any more: acknowledged
// bytes are lost.
var ErrUploadGone = pawl.Errorf(pawl.Gone, "the storage has lost bytes of this upload; create a new one")
