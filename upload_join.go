package pawl

import (
	"context"
	"io"
	"time"
)

// Joined finds what an earlier request for the same join came to, so that a
// repeated one can be answered with it. The error is of kind [NotFound] if there
// was none.
func (u *Uploads) Joined(ctx context.Context, p Principal, parts []ID) (ID, error) {
	if err := u.Policy(p, ActWrite, p.ID); err != nil {
		return "", err
	}
	key := JoinKey(parts)
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
	err := u.begin(ctx, planned, func(tx Tx) error {
		return tx.Enqueue(Job{Kind: FinishUpload, ID: planned.ID, At: planned.CreatedAt.Add(joinAgain)})
	})
	if err != nil {
		return err
	}
	return u.DriveJoin(ctx, p, planned.ID)
}

// wakeJoins has the joins go on that a partial upload, whole by now, may have been the
// last missing piece of.
func (u *Uploads) wakeJoins(ctx context.Context, part Upload) error {
	joins, err := u.Store.Joins(ctx, part.Owner, part.ID)
	if err != nil || len(joins) == 0 {
		return err
	}
	return u.askToFinish(ctx, joins...)
}

// joinAgain is when a job looks whether a join has come to its end. If not, the
// instance that was at it may be gone.
const joinAgain = time.Minute

// DriveJoin takes a begun join to its end. Where something it needs is away, it returns
// nil, and a job joins the parts later.
func (u *Uploads) DriveJoin(ctx context.Context, p Principal, id ID) error {
	up, unlock, err := u.lockJoin(ctx, p, id)
	if unlock == nil {
		return err
	}
	defer unlock()
	err = u.tryJoin(ctx, up)
	if err == nil || isVerdict(err) || KindOf(err) == Gone {
		return err
	}
	u.Log.WarnContext(ctx, "an upload will be joined later", "upload", id, "error", err)
	u.finishLater(ctx, id)
	return nil
}

// joinNow is [Uploads.DriveJoin] for the job itself, which is tried again when joinNow
// returns an error.
func (u *Uploads) joinNow(ctx context.Context, p Principal, id ID) error {
	up, unlock, err := u.lockJoin(ctx, p, id)
	if unlock == nil {
		return err
	}
	defer unlock()
	return u.tryJoin(ctx, up)
}

// lockJoin locks a begun join and reads its row. If the join has become a file, unlock
// and err are nil.
func (u *Uploads) lockJoin(ctx context.Context, p Principal, id ID) (up Upload, unlock func(), err error) {
	if err := u.Policy(p, ActWrite, p.ID); err != nil {
		return Upload{}, nil, err
	}
	unlock, err = u.Lock(ctx, id, func() {})
	if err != nil {
		return Upload{}, nil, err
	}
	if up, err = u.rowFor(ctx, p, ActWrite, id); err == nil {
		return up, unlock, nil
	}
	unlock()
	if KindOf(err) == NotFound {
		err = u.finished(ctx, p, id)
	}
	return Upload{}, nil, err
}

// tryJoin joins the parts if they are all there.
func (u *Uploads) tryJoin(ctx context.Context, up Upload) error {
	ready, err := u.partsReady(ctx, &up)
	if err != nil || !ready {
		return err
	}
	return u.join(ctx, up)
}

// lengthOfParts is the length of a join, as far as its parts have declared theirs, and
// as far as there can be such a length: [Uploads.partsReady] refuses the others.
func (u *Uploads) lengthOfParts(ctx context.Context, parts []ID) (length int64, err error) {
	for _, id := range parts {
		part, err := u.Store.Upload(ctx, id)
		switch {
		case KindOf(err) == NotFound, err == nil && part.Length == UnknownLength:
			return UnknownLength, nil
		case err != nil:
			return 0, err
		}
		if length, err = addLength(length, part.Length); err != nil {
			return UnknownLength, nil //nolint:nilerr // see above
		}
	}
	return length, nil
}

// partsReady reports whether every part has all its bytes, and puts their sum into up,
// which may have been begun before it was known. A part that is not there any more
// has been joined already, or there is nothing to be joined.
func (u *Uploads) partsReady(ctx context.Context, up *Upload) (ready bool, err error) {
	var length int64
	for _, id := range up.Parts {
		part, err := u.Store.Upload(ctx, id)
		if KindOf(err) == NotFound {
			if up.Length == UnknownLength {
				return false, u.losePart(ctx, *up)
			}
			return true, nil
		}
		if err == nil {
			part, err = u.current(ctx, part)
		}
		if err != nil {
			return false, err
		}
		if !part.Complete() {
			return false, nil
		}
		if err := u.Blobs.Seal(ctx, id); err != nil { // its own request may not have come to that
			return false, err
		}
		if length, err = addLength(length, part.Length); err != nil {
			return false, u.refuse(ctx, *up, verdict{err})
		}
	}
	if err := u.checkLength(length); err != nil {
		return false, u.refuse(ctx, *up, verdict{err})
	}
	up.Length = length
	return true, nil
}

// join makes one blob of the parts' and a file of it. The joined bytes pass the same
// gates as bytes from a client.
func (u *Uploads) join(ctx context.Context, up Upload) error {
	if err := u.judgeParts(ctx, &up); err != nil {
		return err
	}
	err := u.Blobs.Join(ctx, up.ID, up.Parts)
	switch KindOf(err) {
	case NotFound:
		return u.losePart(ctx, up)
	case Gone:
		return u.lose(ctx, up)
	}
	if err != nil {
		return err
	}
	size, err := u.Blobs.Size(ctx, up.ID)
	if err != nil {
		return err
	}
	if size != up.Length {
		return u.lose(ctx, up)
	}
	up.Progress.Offset = size
	f, err := u.joinedFile(ctx, up)
	if isRefusal(err) {
		return u.refuse(ctx, up, verdict{err})
	}
	if err != nil {
		return err
	}
	return u.settle(ctx, up, f)
}

// losePart ends a join of which a part is not there. If its owner has deleted the part,
// or joined it elsewhere, no bytes are lost that anybody is still to have.
func (u *Uploads) losePart(ctx context.Context, up Upload) error {
	for _, id := range up.Parts {
		_, err := u.Store.Upload(ctx, id)
		if KindOf(err) == NotFound {
			if err := u.end(context.WithoutCancel(ctx), up, PartGone, errPartGone); err != nil {
				return err
			}
			return verdict{errPartGone}
		}
		if err != nil {
			return err
		}
	}
	return u.lose(ctx, up)
}

var errPartGone = Errorf(NotFound, "a part of this upload was deleted, or joined to another; begin it again")

// judgeParts asks the content gates about the first bytes of what is joined.
func (u *Uploads) judgeParts(ctx context.Context, up *Upload) error {
	parts := &partsReader{ctx: ctx, blobs: u.Blobs, parts: up.Parts}
	defer parts.close()
	head, err := io.ReadAll(io.LimitReader(parts, HeadBytes))
	if KindOf(err) == NotFound {
		if size, _ := u.Blobs.Size(ctx, up.ID); size == up.Length {
			return nil // joined before, and what it was joined of is gone
		}
		return u.losePart(ctx, *up)
	}
	if err != nil {
		return err
	}
	up.Progress.FoundType, err = askContent(ctx, u.Gates, *up, head)
	if isRefusal(err) {
		return u.refuse(ctx, *up, verdict{err})
	}
	return err
}

// digestAtOnce is up to what size a joined file is read for its digest before it is
// a file. A larger one has its digest later, unless somebody asks for it here.
const digestAtOnce = 8 << 20

// joinedFile is the file of a join, if nobody has anything against it.
func (u *Uploads) joinedFile(ctx context.Context, up Upload) (File, error) {
	f := newFile(up, [32]byte{}, u.Now())
	_, stated, err := statedDigest(up.Metadata)
	if err != nil {
		return f, err
	}
	if stated || f.Size <= digestAtOnce || len(u.Gates.Finish) > 0 {
		if f.SHA256, err = digestOf(ctx, u.Blobs, f.ID, f.Size); err != nil {
			return f, err
		}
	}
	if err := checkDigest(f); err != nil {
		return f, err
	}
	return f, askFinish(ctx, u.Gates, f)
}

// partsReader reads blobs one after the other.
type partsReader struct {
	ctx   context.Context
	blobs Blobs
	parts []ID
	blob  io.ReadSeekCloser // the one being read
}

func (r *partsReader) Read(p []byte) (n int, err error) {
	for {
		if r.blob == nil {
			if len(r.parts) == 0 {
				return 0, io.EOF
			}
			if r.blob, err = r.blobs.Open(r.ctx, r.parts[0]); err != nil {
				return 0, err
			}
			r.parts = r.parts[1:]
		}
		n, err := r.blob.Read(p)
		if n > 0 || err != io.EOF { //nolint:errorlint // the reader's contract
			return n, err
		}
		r.close()
	}
}

func (r *partsReader) close() {
	if r.blob != nil {
		_ = r.blob.Close()
		r.blob = nil
	}
}
