package tusclient

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync"
)

// digest computes the SHA-256 of a source from the bytes that are read for sending. Each
// byte is hashed once and in order, even if it is sent more than once.
type digest struct {
	mu     sync.Mutex
	hash   hash.Hash
	at     int64 // bytes hashed
	source io.ReaderAt
}

func newDigest(source io.ReaderAt) *digest { return &digest{hash: sha256.New(), source: source} }

// add hashes p, which was read at offset, if it continues the bytes hashed so far.
func (d *digest) add(offset int64, p []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if skip := d.at - offset; skip >= 0 && skip < int64(len(p)) {
		d.hash.Write(p[skip:])
		d.at = offset + int64(len(p))
	}
}

const readSize = 256 << 10

// reach hashes the source up to offset, reading what has not been hashed yet.
func (d *digest) reach(ctx context.Context, offset int64) error {
	buffer := make([]byte, readSize)
	for at := d.reached(); at < offset; at = d.reached() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p := buffer[:min(readSize, offset-at)]
		n, err := d.source.ReadAt(p, at)
		if n < len(p) {
			return sourceError(err)
		}
		d.add(at, p)
	}
	return nil
}

func (d *digest) reached() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

func (d *digest) sum() (sum [sha256.Size]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hash.Sum(sum[:0])
	return sum
}

// sourceError returns the permanent error for a failed read of the source.
func sourceError(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return unusable{errors.New("the file became shorter during the upload")}
	}
	return unusable{err}
}
