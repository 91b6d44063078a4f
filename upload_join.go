package pawl

import (
	"context"
	"io"
)

// Joined finds what an earlier request for the same join came to, so that a
// repeated one can be answered with it. The error is of kind [NotFound] if there
// was none.
func (u *Uploads) Joined(ctx context.Context, p Principal, parts []ID) (ID, error) {
	key := joinKey(parts)
	f, err := u.Store.FileByJoinKey(ctx, p.ID, key)
	if KindOf(err) != NotFound {
		return f.ID, err
	}
	up, err := u.Store.UploadByJoinKey(ctx, p.ID, key)
	return up.ID, err
}

// Join makes the file of a planned Final upload out of its parts (tus 1.0,
// "Concatenation"). Begun once, it is driven to its end by whoever comes by:
// a join that was cut off goes on where it was.
func (u *Uploads) Join(ctx context.Context, p Principal, planned Upload) error {
	if err := u.Begin(ctx, planned); err != nil {
		return err
	}
	return u.DriveJoin(ctx, p, planned.ID)
}

// DriveJoin takes a begun join to its end.
func (u *Uploads) DriveJoin(ctx context.Context, p Principal, id ID) error {
	unlock, err := u.Lock(ctx, id, func() {})
	if err != nil {
		return err
	}
	defer unlock()
	l, err := u.open(ctx, p, id)
	if KindOf(err) == NotFound {
		return u.finished(ctx, p, id)
	}
	if err != nil {
		return err
	}
	if err := u.copyParts(ctx, l); err != nil {
		return err
	}
	return u.Finish(ctx, p, id)
}

// copyParts appends what is missing of the parts. They pass the same limits and
// gates as bytes from a client.
func (u *Uploads) copyParts(ctx context.Context, l *live) error {
	up := l.snapshot()
	parts := &partsReader{ctx: ctx, blobs: u.Blobs, parts: up.Parts, skip: up.Progress.Offset, stop: u.stop}
	defer parts.close()
	_, err := u.appendTo(ctx, l, u.screen(ctx, l, u.limit(l, parts)))
	if KindOf(err) == NotFound || err == nil && !l.snapshot().Complete() {
		return u.lose(ctx, up) // a part is not there any more, or not whole
	}
	return err
}

// partsReader reads blobs one after the other, from byte skip of the whole on.
type partsReader struct {
	ctx   context.Context
	blobs Blobs
	parts []ID
	skip  int64
	blob  io.ReadSeekCloser // the one being read
	stop  <-chan struct{}   // closed when the server stops; the join goes on at the next start
}

func (r *partsReader) Read(p []byte) (int, error) {
	select {
	case <-r.stop:
		return 0, Errorf(Interrupted, "the server is stopping; ask again")
	default:
	}
	for {
		if r.blob == nil {
			if err := r.next(); err != nil {
				return 0, err
			}
		}
		n, err := r.blob.Read(p)
		if n > 0 || err != io.EOF { //nolint:errorlint // the reader's contract
			return n, err
		}
		r.close()
	}
}

func (r *partsReader) next() (err error) {
	if len(r.parts) == 0 {
		return io.EOF
	}
	if r.blob, err = r.blobs.Open(r.ctx, r.parts[0]); err != nil {
		return err
	}
	r.parts = r.parts[1:]
	size, err := r.blob.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	start := min(r.skip, size)
	r.skip -= start
	_, err = r.blob.Seek(start, io.SeekStart)
	return err
}

func (r *partsReader) close() {
	if r.blob != nil {
		_ = r.blob.Close()
		r.blob = nil
	}
}
