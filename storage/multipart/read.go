package multipart

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"pawl"
)

// Open reads a blob that is sealed or was put whole; of another only what is in tails,
// before it has a full part.
func (b *Blobs) Open(ctx context.Context, id pawl.ID) (io.ReadSeekCloser, error) {
	if size, ok := b.sealed.Get(id); ok {
		return b.reader(ctx, id, size), nil
	}
	m, there, err := b.manifest(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case there && m.Sealed:
		return b.reader(ctx, id, m.Size), nil
	case there && len(m.Parts) == 0:
		return &tailsReader{content{ctx: ctx, remote: b.remote, tails: tailKeys(m.Tails), size: m.Size}}, nil
	case there:
		return nil, pawl.Errorf(pawl.Conflict, "the blob is not sealed yet")
	}
	o, there, err := b.head(ctx, b.Key(id))
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, errNoBlob
	}
	return b.reader(ctx, id, o.Size), nil
}

// OpenSealed implements [pawl.Blobs]. It asks nothing: that the blob is not there is
// reported by the first Read, with kind NotFound.
func (b *Blobs) OpenSealed(ctx context.Context, id pawl.ID, size int64) (io.ReadSeekCloser, error) {
	return b.reader(ctx, id, size), nil
}

// tailsReader reads the beginning of a blob.
type tailsReader struct{ content }

func (r *tailsReader) Close() error {
	r.rewind()
	return nil
}

// How much a reader asks for at once: little at first, for a client that needs a range
// only, then more and more.
const (
	firstWindow = 4 << 20
	maxWindow   = 64 << 20
	readTries   = 4
)

// reader reads an object. Nothing is asked of the remote before the first Read, and a
// read that breaks off resumes where it was.
type reader struct {
	ctx    context.Context
	blobs  *Blobs
	key    string
	size   int64
	offset int64

	body   io.ReadCloser // from offset on; nil if none is open
	window int64         // bytes asked for the last time
	end    int64         // offset of the end of body
	etag   string        // of the object read so far
}

func (b *Blobs) reader(ctx context.Context, id pawl.ID, size int64) *reader {
	return &reader{ctx: ctx, blobs: b, key: b.Key(id), size: size}
}

func (r *reader) Read(p []byte) (int, error) {
	if r.offset >= r.size {
		return 0, io.EOF
	}
	for try := 1; ; try++ {
		n, err := r.read(p)
		r.offset += int64(n)
		if n > 0 || err == nil {
			return n, nil
		}
		r.drop()
		if try == readTries || r.ctx.Err() != nil || pawl.KindOf(err) != pawl.Unavailable {
			return 0, err
		}
	}
}

// Prepare opens the first range, so that its error can be reported before anything is sent
// to whoever reads.
func (r *reader) Prepare() error {
	if r.body != nil || r.offset >= r.size {
		return nil
	}
	for try := 1; ; try++ {
		err := r.request()
		if err == nil || try == readTries || r.ctx.Err() != nil || pawl.KindOf(err) != pawl.Unavailable {
			return err
		}
	}
}

func (r *reader) read(p []byte) (int, error) {
	if r.body == nil {
		if err := r.request(); err != nil {
			return 0, err
		}
	}
	body := r.body
	stalled := time.AfterFunc(r.blobs.config.StallTimeout, func() { _ = body.Close() })
	n, err := r.body.Read(p[:min(int64(len(p)), r.end-r.offset)])
	stalled.Stop()
	switch {
	case r.offset+int64(n) == r.end: // whether or not the end was reported
		r.drop()
		return n, nil
	case errors.Is(err, io.EOF):
		return n, pawl.Because(io.ErrUnexpectedEOF, pawl.Unavailable, "the server's storage broke off")
	case err != nil:
		return n, pawl.Because(err, pawl.Unavailable, "the server's storage broke off")
	}
	return n, nil
}

// request opens the body at the offset.
func (r *reader) request() error {
	r.window = min(max(2*r.window, firstWindow), maxWindow)
	r.end = min(r.offset+r.window, r.size)
	body, etag, err := r.blobs.remote.GetObject(r.ctx, r.key, Range{r.offset, r.end}, r.etag)
	if err != nil {
		return err
	}
	r.body, r.etag = body, etag
	return nil
}

func (r *reader) drop() {
	if r.body != nil {
		_ = r.body.Close()
		r.body = nil
	}
}

func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.offset
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek: %w", fs.ErrInvalid)
	}
	if offset != r.offset {
		r.drop()
		r.offset, r.window = offset, 0
	}
	return offset, nil
}

func (r *reader) Close() error {
	r.drop()
	return nil
}
