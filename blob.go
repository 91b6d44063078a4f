package pawl

import (
	"context"
	"io"
	"iter"
)

// Blobs keeps bytes, and knows nothing of uploads, users or names. Every
// implementation passes the contract suite in storage/storagetest.
//
// Errors are of kind [NotFound] (no such blob), [NoSpace], or [Unavailable];
// anything else is a broken storage.
type Blobs interface {
	// Appender opens a blob for appending at its durable end; one that is not
	// there begins empty. Its caller holds the upload's lock, so that a blob has
	// one appender at a time.
	Appender(ctx context.Context, id ID) (Appender, error)
	// Put stores a small blob whole, durable when it returns.
	Put(ctx context.Context, id ID, content []byte) error
	// Open reads a blob. Any number of readers are welcome at a time.
	Open(ctx context.Context, id ID) (io.ReadSeekCloser, error)
	// Size is the blob's durable size in bytes, 0 for one that was never written.
	Size(ctx context.Context, id ID) (int64, error)
	// Delete removes a blob; one that is not there is no error.
	Delete(ctx context.Context, id ID) error
	// Free is how many bytes can still be stored.
	Free(ctx context.Context) (int64, error)
	// All lists every blob there is, in no particular order, with its size.
	All(ctx context.Context) iter.Seq2[BlobInfo, error]
}

// BlobInfo is a blob as a listing shows it.
type BlobInfo struct {
	ID   ID
	Size int64
}

// Appender writes a blob from its end on.
type Appender interface {
	// Append reads src to its end and writes it, and gives the same bytes in the
	// same order to tee: from another goroutine, which may go on after Append has
	// returned; Drain waits for it. Append returns the bytes that are durable now:
	// all that src gave, even where src failed (its error is returned as it is);
	// fewer only where the storage failed, and then tee may be ahead of the blob.
	Append(ctx context.Context, src io.Reader, tee io.Writer) (int64, error)
	// Drain returns when the tees have been given everything.
	Drain()
	// Offset is the durable size in bytes. It may be asked during an Append.
	Offset() int64
	// Sync makes what has been read so far durable, also in the middle of an
	// Append, and returns the offset then. It never waits for the client.
	Sync(ctx context.Context) (int64, error)
	Close() error
}
