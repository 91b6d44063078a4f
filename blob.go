package pawl

import (
	"context"
	"io"
	"iter"
)

// Blobs stores bytes, and knows nothing of uploads, users or names. Every
// implementation passes the contract suite in storage/storagetest.
//
// Errors are of kind [NotFound] (no such blob), [NoSpace], or [Unavailable];
// anything else means that the storage is broken.
type Blobs interface {
	// Appender opens a blob for appending at its durable end; one that is not
	// there begins empty. The caller holds the upload's lock, so that a blob has
	// one appender at a time. An error of kind [Gone] means that durable bytes are
	// not there any more.
	Appender(ctx context.Context, id ID, w Writing) (Appender, error)
	// Seal completes a blob whose every byte has been appended: from now on it can be
	// opened. Repeating it is harmless, also after an attempt of unknown outcome. The
	// error is of kind [Gone] if durable bytes are not there any more, and of kind
	// [Conflict] if another call seals the blob at the moment: try again.
	Seal(ctx context.Context, id ID) error
	// Put stores a small blob whole, durable when it returns.
	Put(ctx context.Context, id ID, content []byte) error
	// Open returns a reader of a blob, up to its durable end if it is not sealed. There may
	// be any number of readers at a time. A storage may be unable to read what is not
	// sealed beyond its first HeadBytes.
	Open(ctx context.Context, id ID) (io.ReadSeekCloser, error)
	// OpenSealed is Open for a sealed blob whose size in bytes the caller knows, as it
	// knows that of a file. It need not ask the storage anything: kind NotFound may be
	// the error of the first Read instead.
	OpenSealed(ctx context.Context, id ID, size int64) (io.ReadSeekCloser, error)
	// Size returns the blob's durable size in bytes, 0 for one that was never written.
	Size(ctx context.Context, id ID) (int64, error)
	// Sizes returns the durable sizes in bytes of the blobs of many uploads under way, at
	// once. One that has no bytes is left out, and so may be one that was Put: the bytes
	// of an upload under way are appended.
	Sizes(ctx context.Context, ids []ID) (map[ID]int64, error)
	// Join makes a blob of sealed ones, in order, and seals it, without their bytes
	// passing through if it can. The others stay. Repeating it is harmless: it resumes what
	// an earlier attempt did. The error is of kind NotFound if one is not there, and of kind
	// [Conflict] if another instance joins them at the moment: try again.
	Join(ctx context.Context, id ID, parts []ID) error
	// Delete removes a blob; one that is not there is no error.
	Delete(ctx context.Context, id ID) error
	// Free returns how many bytes can still be stored.
	Free(ctx context.Context) (int64, error)
	// All lists every blob there is, in no particular order, with its size.
	All(ctx context.Context) iter.Seq2[BlobInfo, error]
}

// Writing is what a storage needs to know of the upload whose blob it writes.
type Writing struct {
	// Length returns how many bytes the blob will have, or UnknownLength; it may become
	// known in the course of the upload.
	Length func() int64
	// Mark returns the upload's progress where the tee is now. A storage that has
	// manifests calls it when it has given the tee all bytes up to the end of a part, and
	// passes the result to Commit when the part is durable.
	Mark func() Mark
	// Commit saves the progress, and in the same transaction what the storage has to
	// remember. The error is of kind [Locked] when the upload is
	// another instance's by now; then nothing was written.
	Commit func(ctx context.Context, m Mark, remember func(tx Tx) error) error
}

// Mark is the progress of an upload at one of its bytes.
type Mark struct {
	Offset int64  // bytes taken in by the digest
	Digest []byte // its state then
}

// Tidier is a [Blobs] that can leave things behind that [Blobs.All] does not list.
type Tidier interface {
	// Tidy deletes what no manifest in the database names and is old enough that none will.
	Tidy(ctx context.Context) error
}

// BlobInfo is a blob in a listing.
type BlobInfo struct {
	ID   ID
	Size int64
}

// Appender appends to a blob.
type Appender interface {
	// Append reads src to its end and writes it, and gives the same bytes in the
	// same order to tee: from another goroutine, which may still run after Append has
	// returned; Drain waits for it. Append returns the bytes that are durable now:
	// all that src gave, even where src failed (its error is returned as it is);
	// fewer only where the storage failed, and then tee may be ahead of the blob.
	Append(ctx context.Context, src io.Reader, tee io.Writer) (int64, error)
	// Drain returns when the tees have been given everything.
	Drain()
	// Offset returns the durable size in bytes. It may be called during an Append.
	Offset() int64
	// Sync makes what has been read so far durable, also in the middle of an
	// Append, and returns the offset then. It never waits for the client.
	Sync(ctx context.Context) (int64, error)
	Close() error
}
