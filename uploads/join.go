package uploads

import (
	"context"
	"io"
	"time"

	"pawl"
	"pawl/digest"
)

// Joined finds what an earlier request for the same join came to, so that a
// repeated one can be answered with it. The error is of kind [pawl.NotFound] if there
// was none.
func (u *Service) Joined(ctx context.Context, p pawl.Principal, parts []pawl.ID) (pawl.ID, error) {
	if err := u.Policy(p, pawl.ActWrite, p.ID); err != nil {
		return "", err
	}
	key := pawl.JoinKey(parts)
	f, err := u.Store.FileByJoinKey(ctx, p.ID, key)
	if pawl.KindOf(err) != pawl.NotFound {
		return f.ID, err
	}
	up, err := u.Store.UploadByJoinKey(ctx, p.ID, key)
	return up.ID, err
}

// Join makes the file of a planned Final upload out of its parts (tus 1.0,
// "Concatenation"). Begun once, it is driven to its end by whoever comes by:
// a join that was cut off goes on where it was.
func (u *Service) Join(ctx context.Context, p pawl.Principal, planned pawl.Upload) error {
	err := u.begin(ctx, planned, func(tx pawl.Tx) error {
		return tx.Enqueue(pawl.Job{Kind: pawl.FinishUpload, ID: planned.ID, At: planned.CreatedAt.Add(joinAgain)})
	})
	if err != nil {
		return err
	}
	return u.DriveJoin(ctx, p, planned.ID)
}

// wakeJoins has the joins go on that a partial upload, whole by now, may have been the
// last missing piece of.
func (u *Service) wakeJoins(ctx context.Context, part pawl.Upload) error {
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
func (u *Service) DriveJoin(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	up, unlock, err := u.lockJoin(ctx, p, id)
	if unlock == nil {
		return err
	}
	defer unlock()
	err = u.tryJoin(ctx, up)
	if err == nil || isVerdict(err) || pawl.KindOf(err) == pawl.Gone {
		return err
	}
	u.Log.WarnContext(ctx, "an upload will be joined later", "upload", id, "error", err)
	u.finishLater(ctx, id)
	return nil
}

// joinNow is [Service.DriveJoin] for the job itself, which is tried again when joinNow
// returns an error.
func (u *Service) joinNow(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	up, unlock, err := u.lockJoin(ctx, p, id)
	if unlock == nil {
		return err
	}
	defer unlock()
	return u.tryJoin(ctx, up)
}

// lockJoin locks a begun join and reads its row. If the join has become a file, unlock
// and err are nil.
func (u *Service) lockJoin(ctx context.Context, p pawl.Principal, id pawl.ID) (up pawl.Upload, unlock func(), err error) {
	if err := u.Policy(p, pawl.ActWrite, p.ID); err != nil {
		return pawl.Upload{}, nil, err
	}
	unlock, err = u.Lock(ctx, id, func() {})
	if err != nil {
		return pawl.Upload{}, nil, err
	}
	if up, err = u.rowFor(ctx, p, pawl.ActWrite, id); err == nil {
		return up, unlock, nil
	}
	unlock()
	if pawl.KindOf(err) == pawl.NotFound {
		err = u.finished(ctx, p, id)
	}
	return pawl.Upload{}, nil, err
}

// tryJoin joins the parts if they are all there.
func (u *Service) tryJoin(ctx context.Context, up pawl.Upload) error {
	ready, err := u.partsReady(ctx, &up)
	if err != nil || !ready {
		return err
	}
	return u.join(ctx, up)
}

// lengthOfParts is the length of a join, as far as its parts have declared theirs, and
// as far as there can be such a length: [Service.partsReady] refuses the others.
func (u *Service) lengthOfParts(ctx context.Context, parts []pawl.ID) (length int64, err error) {
	for _, id := range parts {
		part, err := u.Store.Upload(ctx, id)
		switch {
		case pawl.KindOf(err) == pawl.NotFound, err == nil && part.Length == pawl.UnknownLength:
			return pawl.UnknownLength, nil
		case err != nil:
			return 0, err
		}
		if length, err = addLength(length, part.Length); err != nil {
			return pawl.UnknownLength, nil //nolint:nilerr // see above
		}
	}
	return length, nil
}

// partsReady reports whether every part has all its bytes, and puts their sum into up,
// which may have been begun before it was known. A part that is not there any more
// has been joined already, or there is nothing to be joined.
func (u *Service) partsReady(ctx context.Context, up *pawl.Upload) (ready bool, err error) {
	var length int64
	for _, id := range up.Parts {
		part, err := u.Store.Upload(ctx, id)
		if pawl.KindOf(err) == pawl.NotFound {
			if up.Length == pawl.UnknownLength {
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
func (u *Service) join(ctx context.Context, up pawl.Upload) error {
	if err := u.judgeParts(ctx, &up); err != nil {
		return err
	}
	err := u.Blobs.Join(ctx, up.ID, up.Parts)
	switch pawl.KindOf(err) {
	case pawl.NotFound:
		return u.losePart(ctx, up)
	case pawl.Gone:
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
func (u *Service) losePart(ctx context.Context, up pawl.Upload) error {
	for _, id := range up.Parts {
		_, err := u.Store.Upload(ctx, id)
		if pawl.KindOf(err) == pawl.NotFound {
			if err := u.end(context.WithoutCancel(ctx), up, pawl.PartGone, errPartGone); err != nil {
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

var errPartGone = pawl.Errorf(pawl.NotFound, "a part of this upload was deleted, or joined to another; begin it again")

// judgeParts asks the content gates about the first bytes of what is joined.
func (u *Service) judgeParts(ctx context.Context, up *pawl.Upload) error {
	parts := &partsReader{ctx: ctx, blobs: u.Blobs, parts: up.Parts}
	defer parts.close()
	head, err := io.ReadAll(io.LimitReader(parts, pawl.HeadBytes))
	if pawl.KindOf(err) == pawl.NotFound {
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
func (u *Service) joinedFile(ctx context.Context, up pawl.Upload) (pawl.File, error) {
	f := newFile(up, [32]byte{}, u.Now())
	_, stated, err := statedDigest(up.Metadata)
	if err != nil {
		return f, err
	}
	if stated || f.Size <= digestAtOnce || len(u.Gates.Finish) > 0 {
		if f.SHA256, err = digest.Of(ctx, u.Blobs, f.ID, f.Size); err != nil {
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
	blobs pawl.Blobs
	parts []pawl.ID
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
