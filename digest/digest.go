// Package digest computes the digest of a blob while it is written, and resumes where an
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

// digest is the SHA-256 of an upload's bytes so far. It is fed by whoever writes
// the blob and can be looked at from elsewhere meanwhile, so that its state can be
// saved in the middle of a long request.
type Digest struct {
	mu   sync.Mutex
	hash hash.Hash
	n    int64 // bytes taken in
}

func New() *Digest { return &Digest{hash: sha256.New()} }

func (d *Digest) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n += int64(len(p))
	return d.hash.Write(p)
}

// State returns the marshalled state and how many bytes it stands for.
func (d *Digest) State() (n int64, state []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	state, err := d.hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil { // SHA-256 always can
		return 0, nil
	}
	return d.n, state
}

func (d *Digest) Sum() (sum [sha256.Size]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hash.Sum(sum[:0])
	return sum
}

// resumeDigest takes up the digest of an upload whose blob holds size durable
// bytes: from its saved state where there is one, reading only what came after it.
func Resume(ctx context.Context, blobs pawl.Blobs, u pawl.Upload, size int64) (*Digest, error) {
	d := New()
	saved := u.Progress
	if saved.DigestOffset <= saved.Offset && saved.Offset <= size && d.restore(saved.DigestState) {
		d.n = u.Progress.DigestOffset
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
	_, err = io.CopyBuffer(d, interruptible{ctx, io.LimitReader(blob, size-d.n)}, make([]byte, 256<<10))
	return d, err
}

// interruptible stops reading when its context ends.
type interruptible struct {
	ctx context.Context
	src io.Reader
}

func (r interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, pawl.Because(err, pawl.Unavailable, "the server is stopping; ask again")
	}
	return r.src.Read(p)
}

// digestOf reads a blob for its digest.
func Of(ctx context.Context, blobs pawl.Blobs, id pawl.ID, size int64) (sum [sha256.Size]byte, err error) {
	d, err := Resume(ctx, blobs, pawl.Upload{ID: id}, size)
	if err != nil {
		return sum, err
	}
	return d.Sum(), nil
}

func (d *Digest) restore(state []byte) bool {
	return len(state) > 0 && d.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(state) == nil
}
