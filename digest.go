package pawl

import (
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"encoding/hex"
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

// save returns the state and how many bytes it stands for.
func (d *digest) save() (n int64, state []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	state, err := d.hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil { // SHA-256 always can
		return 0, nil
	}
	return d.n, state
}

func (d *digest) sum() (sum [sha256.Size]byte) {
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
	return d.sum(), nil
}

func (d *digest) restore(state []byte) bool {
	return len(state) > 0 && d.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(state) == nil
}

// DigestKey is the metadata key under which a client can say what SHA-256 its file
// has, in hexadecimal or Base64.
const DigestKey = "sha256"

// statedDigest is the SHA-256 the client says the whole file has, if it says so.
func statedDigest(metadata map[string]string) (sum [sha256.Size]byte, stated bool, err error) {
	text, stated := metadata[DigestKey]
	if !stated {
		return sum, false, nil
	}
	decode := hex.DecodeString
	if len(text) != hex.EncodedLen(sha256.Size) {
		decode = base64.StdEncoding.DecodeString
	}
	digest, err := decode(text)
	if err != nil || len(digest) != sha256.Size {
		return sum, true, Errorf(Invalid, "the metadata %q must be a SHA-256 in hexadecimal or Base64", DigestKey)
	}
	return [sha256.Size]byte(digest), true, nil
}

// checkDigest refuses a file whose bytes are not those its client announced: with a
// client that sends wrong bytes again after a break, nothing else would notice.
func checkDigest(f File) error {
	want, stated, err := statedDigest(f.Metadata)
	if err != nil || !stated || want == f.SHA256 {
		return err
	}
	return Errorf(Refused, "the file that arrived has another SHA-256 than was announced when its upload began; upload it again")
}
