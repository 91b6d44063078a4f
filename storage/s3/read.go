package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"pawl"
)

// Open reads a blob that is sealed or was put whole; of another only what is in tails,
// before it has a part.
func (b *Blobs) Open(ctx context.Context, id pawl.ID) (io.ReadSeekCloser, error) {
	m, there, err := b.account(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case there && m.Sealed:
		return &reader{ctx: ctx, blobs: b, key: b.key(id), size: m.Size}, nil
	case there && len(m.Parts) == 0:
		return &tailsReader{source{ctx: ctx, blobs: b, tails: tailKeys(m.Tails), size: m.Size}}, nil
	case there:
		return nil, pawl.Errorf(pawl.Conflict, "the blob is not whole yet")
	}
	size, there, err := b.size(ctx, b.key(id))
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, pawl.Errorf(pawl.NotFound, "no such blob")
	}
	return &reader{ctx: ctx, blobs: b, key: b.key(id), size: size}, nil
}

// tailsReader reads the beginning of a blob.
type tailsReader struct{ source }

func (r *tailsReader) Close() error {
	r.rewind()
	return nil
}

// How much is asked for at once: little at first, for who wants a range, then more and
// more, for who reads on.
const (
	firstWindow = 4 << 20
	mostWindow  = 64 << 20
	readTries   = 4
)

// reader reads an object. Nothing is asked of S3 before the first Read, and a read
// that breaks off goes on where it was.
type reader struct {
	ctx    context.Context
	blobs  *Blobs
	key    string
	size   int64
	offset int64

	body   io.ReadCloser // from offset on; nil if nothing is under way
	window int64         // bytes asked for the last time
	end    int64         // offset of the end of body
	etag   *string       // of the object read so far
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

func (r *reader) read(p []byte) (int, error) {
	if r.body == nil {
		if err := r.ask(); err != nil {
			return 0, err
		}
	}
	body := r.body
	stalled := time.AfterFunc(r.blobs.pace.stall, func() { _ = body.Close() })
	n, err := r.body.Read(p[:min(int64(len(p)), r.end-r.offset)])
	stalled.Stop()
	switch {
	case r.offset+int64(n) == r.end: // there may be no more to come, or an end
		_ = r.body.Close()
		r.body = nil
		return n, nil
	case errors.Is(err, io.EOF):
		return n, pawl.Because(io.ErrUnexpectedEOF, pawl.Unavailable, "the server's storage broke off")
	case err != nil:
		return n, pawl.Because(err, pawl.Unavailable, "the server's storage broke off")
	}
	return n, nil
}

// ask begins to read at the offset.
func (r *reader) ask() error {
	r.window = min(max(2*r.window, firstWindow), mostWindow)
	r.end = min(r.offset+r.window, r.size)
	out, err := r.blobs.client.GetObject(r.ctx, &s3.GetObjectInput{
		Bucket: &r.blobs.Bucket, Key: &r.key, IfMatch: r.etag,
		Range: aws.String(fmt.Sprintf("bytes=%d-%d", r.offset, r.end-1)),
	})
	if err != nil {
		return r.blobs.translate("read an object", err)
	}
	r.body, r.etag = out.Body, out.ETag
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
