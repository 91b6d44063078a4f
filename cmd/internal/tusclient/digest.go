package tusclient

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync"
)

// digest is the SHA-256 of a source, taken of bytes as they are read to be sent,
// each once and in order, however often and from wherever they are sent.
type digest struct {
	mu     sync.Mutex
	hash   hash.Hash
	at     int64 // how many bytes are in it
	source io.ReaderAt
}

func newDigest(source io.ReaderAt) *digest { return &digest{hash: sha256.New(), source: source} }

// saw takes what was read at an offset, as far as it is next.
func (d *digest) saw(offset int64, p []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if skip := d.at - offset; skip >= 0 && skip < int64(len(p)) {
		d.hash.Write(p[skip:])
		d.at = offset + int64(len(p))
	}
}

const readSize = 256 << 10

// reach reads the source up to an offset, as far as that was not seen yet.
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
		d.saw(at, p)
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

// sourceError is a failure to read what is to be sent.
func sourceError(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return unusable{errors.New("it became shorter while it was uploaded")}
	}
	return unusable{err}
}
