// Package digest computes the SHA-256 of a blob while it is written, and resumes where an
// earlier request or process left off.
package digest

import (
	"context"
	"crypto/sha256"
	"encoding"
	"hash"
	"io"
	"sync"

	"pawl"
)

// Digest is the SHA-256 of a blob's bytes so far. One goroutine writes to it; others may
// ask for its state meanwhile, so that it can be saved in the middle of a long request.
type Digest struct {
	mu   sync.Mutex
	hash hash.Hash
	n    int64 // bytes written
}

// New returns the digest of no bytes.
func New() *Digest { return &Digest{hash: sha256.New()} }

// Write adds bytes. It never returns an error.
func (d *Digest) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n += int64(len(p))
	return d.hash.Write(p)
}

// State returns the marshalled state and the number of bytes it stands for.
func (d *Digest) State() (n int64, state []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	state, err := d.hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil { // SHA-256 always can
		return 0, nil
	}
	return d.n, state
}

// Sum returns the SHA-256 of the bytes so far.
func (d *Digest) Sum() (sum [sha256.Size]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hash.Sum(sum[:0])
	return sum
}

func (d *Digest) restore(state []byte) bool {
	return len(state) > 0 && d.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(state) == nil
}

// Resume returns the digest of an upload whose blob holds size durable bytes: from its saved
// state where there is one, reading only the bytes that came after it.
func Resume(ctx context.Context, blobs pawl.Blobs, u pawl.Upload, size int64) (*Digest, error) {
	d := New()
	saved := u.Progress
	if saved.DigestOffset <= saved.Offset && saved.Offset <= size && d.restore(saved.DigestState) {
		d.n = saved.DigestOffset
	}
	if d.n == size {
		return d, nil
	}
	blob, err := blobs.Open(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	if _, err := blob.Seek(d.n, io.SeekStart); err != nil {
		return nil, err
	}
	return d, d.read(ctx, io.LimitReader(blob, size-d.n))
}

// Of returns the SHA-256 of a sealed blob, which it reads.
func Of(ctx context.Context, blobs pawl.Blobs, id pawl.ID, size int64) (sum [sha256.Size]byte, err error) {
	blob, err := blobs.OpenSealed(ctx, id, size)
	if err != nil {
		return sum, err
	}
	defer blob.Close()
	d := New()
	if err := d.read(ctx, blob); err != nil {
		return sum, err
	}
	return d.Sum(), nil
}

func (d *Digest) read(ctx context.Context, src io.Reader) error {
	_, err := io.CopyBuffer(d, contextReader{ctx, src}, make([]byte, 256<<10))
	return err
}

// contextReader stops reading when its context ends.
type contextReader struct {
	ctx context.Context
	src io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, pawl.Because(err, pawl.Unavailable, "the server is shutting down; try again")
	}
	return r.src.Read(p)
}
