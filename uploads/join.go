package uploads

import (
	"context"
	"io"
	"math"
	"slices"
	"time"

	"pawl"
	"pawl/digest"
)

// FindJoin returns the id of an earlier join of the same parts, so that a repeated request
// can be answered with it. The error is of kind [pawl.NotFound] if there was none.
func (u *Service) FindJoin(ctx context.Context, p pawl.Principal, parts []pawl.ID) (pawl.ID, error) {
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

// Join begins a planned Final upload and makes its file out of its parts (tus 1.0,
// "Concatenation"). Where something it needs is unavailable, or a part is not complete, it
// returns nil, and the join is resumed by a job.
func (u *Service) Join(ctx context.Context, p pawl.Principal, planned pawl.Upload) error {
	err := u.begin(ctx, planned, func(tx pawl.Tx) error {
		return tx.Enqueue(pawl.Job{Kind: pawl.FinishUpload, ID: planned.ID, At: planned.CreatedAt.Add(joinCheck)})
	})
	if err != nil {
		return err
	}
	return u.ResumeJoin(ctx, p, planned.ID)
}

// joinCheck is when a job checks whether a join is done. If not, the instance that was at
// it may be gone.
const joinCheck = time.Minute

// ResumeJoin takes a join to its end, as [Service.Join] does.
func (u *Service) ResumeJoin(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	return u.withJoin(ctx, p, id, func(up pawl.Upload) error {
		err := u.tryJoin(ctx, up)
		if err == nil || isRejection(err) || pawl.KindOf(err) == pawl.Gone {
			return err
		}
		u.Log.WarnContext(ctx, "an upload will be joined later", "upload", id, "error", err)
		u.finishLater(ctx, id)
		return nil
	})
}

// joinOnce is ResumeJoin for the job itself, which is tried again after an error.
func (u *Service) joinOnce(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	return u.withJoin(ctx, p, id, func(up pawl.Upload) error { return u.tryJoin(ctx, up) })
}

// withJoin calls join with a Final upload whose lock it has, unless it is a file already.
func (u *Service) withJoin(ctx context.Context, p pawl.Principal, id pawl.ID, join func(up pawl.Upload) error) error {
	up, unlock, err := u.lockFor(ctx, p, pawl.ActWrite, id, func() {})
	if err != nil {
		return err
	}
	defer unlock()
	if up.Filed {
		return nil
	}
	return join(up)
}

// tryJoin joins the parts if they are all complete.
func (u *Service) tryJoin(ctx context.Context, up pawl.Upload) error {
	ready, err := u.partsReady(ctx, &up)
	if err != nil || !ready {
		return err
	}
	return u.join(ctx, up)
}

// joinedLength checks what a Final upload is to be made of: the owner's own partial
// uploads, each once. They may be under way still; the length is unknown while that of one
// of them is. The error is of kind [pawl.Invalid], or as that of [Service.Status].
func (u *Service) joinedLength(ctx context.Context, p pawl.Principal, parts []pawl.ID) (int64, error) {
	if len(parts) == 0 {
		return 0, pawl.Errorf(pawl.Invalid, "a final upload requires at least one partial upload")
	}
	var length int64
	for i, id := range parts {
		if slices.Contains(parts[:i], id) {
			return 0, pawl.Errorf(pawl.Invalid, "a partial upload can be part of a final upload only once")
		}
		part, err := u.partOf(ctx, p, id)
		if err != nil {
			return 0, err
		}
		switch {
		case part.Kind != pawl.Partial || part.Owner != p.ID:
			return 0, pawl.Errorf(pawl.Invalid, "only your own partial uploads can be concatenated")
		case part.Filed:
			return 0, pawl.Errorf(pawl.Invalid, "a partial upload that has been concatenated cannot be used again; upload it again")
		case part.Length == pawl.UnknownLength || length == pawl.UnknownLength:
			length = pawl.UnknownLength
		default:
			if length, err = addLength(length, part.Length); err != nil {
				return 0, err
			}
		}
	}
	return length, nil
}

// partOf returns an upload that p wants to join, as its row says.
func (u *Service) partOf(ctx context.Context, p pawl.Principal, id pawl.ID) (pawl.Upload, error) {
	part, err := u.find(ctx, id)
	if err == nil {
		err = u.Policy(p, pawl.ActRead, part.Owner)
	}
	if err == nil && u.writer(id) == nil && u.expired(part) {
		err = errExpired
	}
	return part, err
}

// addLength adds lengths that clients have declared. The error is of kind [pawl.TooLarge].
func addLength(sum, length int64) (int64, error) {
	if length > math.MaxInt64-sum {
		return 0, pawl.Errorf(pawl.TooLarge, "the parts are longer together than a file can be")
	}
	return sum + length, nil
}

// partsReady reports whether every part has all its bytes, and sets up's length to their
// sum, which may not have been known before. A part that is not there any more has been
// joined already, or there is nothing to be joined.
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
			return false, u.reject(ctx, *up, rejection{err})
		}
	}
	if err := u.checkLength(length); err != nil {
		return false, u.reject(ctx, *up, rejection{err})
	}
	up.Length = length
	return true, nil
}

// join makes one blob of the parts' and a file of it. The joined bytes pass the same gates
// as bytes from a client.
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
	if up.Progress.Offset, err = u.Blobs.Size(ctx, up.ID); err != nil {
		return err
	}
	if !up.Complete() {
		return u.lose(ctx, up)
	}
	f, err := u.joinedFile(ctx, up)
	if isRejection(err) {
		return u.reject(ctx, up, err)
	}
	if err != nil {
		return err
	}
	return u.promote(ctx, up, f)
}

var errPartGone = pawl.Errorf(pawl.NotFound, "a partial upload was deleted or already concatenated; start again")

// losePart ends a join of which a part is not there. If its owner has deleted the part, or
// joined it elsewhere, no bytes are lost that anybody is still to have.
func (u *Service) losePart(ctx context.Context, up pawl.Upload) error {
	for _, id := range up.Parts {
		_, err := u.Store.Upload(ctx, id)
		if pawl.KindOf(err) == pawl.NotFound {
			if err := u.end(context.WithoutCancel(ctx), up, pawl.PartGone, errPartGone); err != nil {
				return err
			}
			return rejection{errPartGone}
		}
		if err != nil {
			return err
		}
	}
	return u.lose(ctx, up)
}

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
	if isRejection(err) {
		return u.reject(ctx, *up, err)
	}
	return err
}

// digestAtOnce is up to what size a joined file is read for its digest before it is a file,
// in bytes. A larger one has its digest later, unless somebody asks for it here.
const digestAtOnce = 8 << 20

// joinedFile returns the file of a join, or a rejection.
func (u *Service) joinedFile(ctx context.Context, up pawl.Upload) (pawl.File, error) {
	f := newFile(up, [32]byte{}, u.Now())
	_, stated, _ := statedDigest(up.Metadata) // an error is askFinish's to return
	if stated || f.Size <= digestAtOnce || len(u.Gates.Finish) > 0 {
		var err error
		if f.SHA256, err = digest.Of(ctx, u.Blobs, f.ID, f.Size); err != nil {
			return f, err
		}
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
