package multipart

import (
	"context"
	"crypto/rand"
	"time"

	"pawl"
)

// slowest is the slowest a body may travel before its call is given up.
const slowest = 256 << 10 // bytes a second

// forBody bounds a call with a body, all its attempts together, and what the body
// itself has to read.
func (b *Blobs) forBody(ctx context.Context, c *content) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, b.config.BodyTimeout+time.Duration(c.size/slowest)*time.Second)
	c.ctx = ctx
	return ctx, cancel
}

func (b *Blobs) put(ctx context.Context, key string, c *content, o PutOptions) error {
	ctx, cancel := b.forBody(ctx, c)
	defer cancel()
	return b.remote.PutObject(ctx, key, c, o)
}

// putNew puts an object that must not be there yet. The error is of kind Conflict if
// another put it. An object that an earlier attempt put, whose answer was lost, is no
// conflict. A refusal may be lost too: a remote that refuses a body by its headers may
// close the connection while the body is still being sent, and the reset takes the
// answer with it.
func (b *Blobs) putNew(ctx context.Context, key string, c *content) error {
	nonce := rand.Text()
	err := b.put(ctx, key, c, PutOptions{IfAbsent: true, Nonce: nonce})
	kind := pawl.KindOf(err)
	if kind != pawl.Conflict && kind != pawl.Unavailable {
		return err
	}
	o, there, headErr := b.head(ctx, key)
	switch {
	case headErr != nil:
		return headErr
	case !there:
		return err
	case o.Nonce == nonce:
		return nil
	default:
		return pawl.Because(err, pawl.Conflict, "there is such an object already")
	}
}

func (b *Blobs) putPart(ctx context.Context, u Upload, number int, c *content) (pawl.Part, error) {
	ctx, cancel := b.forBody(ctx, c)
	defer cancel()
	return b.remote.PutPart(ctx, u, number, c)
}

// head describes an object that may not be there.
func (b *Blobs) head(ctx context.Context, key string) (o Object, there bool, err error) {
	o, err = b.remote.HeadObject(ctx, key)
	if pawl.KindOf(err) == pawl.NotFound {
		return Object{}, false, nil
	}
	return o, err == nil, err
}

// completed reports whether a multipart upload has become its object already. An
// object that was put whole is none of its making, however large: an instance that
// was replaced has left it, see [appender.becomeFull].
func (b *Blobs) completed(ctx context.Context, m pawl.Manifest) (bool, error) {
	o, there, err := b.head(ctx, b.Key(m.Blob))
	return there && o.Nonce == "" && o.Size == m.Size, err
}

// upload returns the multipart upload of a blob that an appender writes.
func (b *Blobs) upload(m pawl.Manifest) Upload {
	return Upload{Key: b.Key(m.Blob), ID: m.UploadID, Checksums: true}
}
