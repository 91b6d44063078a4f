package pawl

import (
	"context"
	"crypto/sha256"
	"encoding"
	"hash"
	"io"
	"sync"
)

// digest is the SHA-256 of an upload's bytes so far. It is fed by whoever writes
// the blob and can be looked at from elsewhere meanwhile, so that its state can be
// saved in the middle of a long request.
type digest struct {
	mu   sync.Mutex
	hash hash.Hash
	n    int64 // bytes taken in
}

func newDigest() *digest { return &digest{hash: sha256.New()} }

func (d *digest) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n += int64(len(p))
	return d.hash.Write(p)
}

// State returns the marshalled state and how many bytes it stands for.
func (d *digest) State() (n int64, state []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	state, err := d.hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil { // SHA-256 always can
		return 0, nil
	}
	return d.n, state
}

func (d *digest) Sum() (sum [sha256.Size]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hash.Sum(sum[:0])
	return sum
}

// resumeDigest takes up the digest of an upload whose blob holds size durable
// bytes: from its saved state where there is one, reading only what came after it.
func resumeDigest(ctx context.Context, blobs Blobs, u Upload, size int64) (*digest, error) {
	d := newDigest()
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
		return 0, Because(err, Unavailable, "the server is stopping; ask again")
	}
	return r.src.Read(p)
}

// digestOf reads a blob for its digest.
func digestOf(ctx context.Context, blobs Blobs, id ID, size int64) (sum [sha256.Size]byte, err error) {
	d, err := resumeDigest(ctx, blobs, Upload{ID: id}, size)
	if err != nil {
		return sum, err
	}
	return d.Sum(), nil
}

func (d *digest) restore(state []byte) bool {
	return len(state) > 0 && d.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(state) == nil
}
