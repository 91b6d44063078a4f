package pawl

import (
	"context"
	"slices"
	"time"
)

// Finish makes a file of an upload whose every byte has arrived. It is
// idempotent, and whoever comes by drives it: the last request, a repeated one,
// the janitor. An error of a refusal's kind means the upload is refused and gone.
// Where something it needs is away, Finish returns nil: the bytes are safe, and a
// job finishes the upload later.
func (u *Uploads) Finish(ctx context.Context, p Principal, id ID) error {
	err := u.finishNow(ctx, p, id)
	if l := u.live.get(id); err != nil && l != nil && l.snapshot().Complete() && !isVerdict(err) {
		u.Log.WarnContext(ctx, "an upload will be finished later", "upload", id, "error", err)
		u.finishLater(ctx, id)
		return nil
	}
	return err
}

// finishLater asks for a finish as a job. Where that fails too, the database being away,
// [Uploads.Keep] asks again, and the next start looks at every upload.
func (u *Uploads) finishLater(ctx context.Context, id ID) {
	if err := u.askToFinish(context.WithoutCancel(ctx), id); err != nil {
		u.Log.WarnContext(ctx, "a job could not be asked for", "upload", id, "error", err)
		u.unasked.add(id)
	}
}

func (u *Uploads) askAgain(ctx context.Context) {
	ids := u.unasked.take()
	if len(ids) == 0 {
		return
	}
	if err := u.askToFinish(ctx, ids...); err != nil {
		for _, id := range ids {
			u.unasked.add(id)
		}
	}
}

// askToFinish asks for jobs in the order of their ids, so that two that ask for the same
// do not wait for each other.
func (u *Uploads) askToFinish(ctx context.Context, ids ...ID) error {
	slices.Sort(ids)
	jobs := make([]Job, len(ids))
	for i, id := range ids {
		jobs[i] = Job{Kind: FinishUpload, ID: id}
	}
	return u.Store.Update(ctx, func(tx Tx) error { return tx.Enqueue(jobs...) })
}

func (u *Uploads) finishNow(ctx context.Context, p Principal, id ID) error {
	l, err := u.open(ctx, p, id)
	if KindOf(err) == NotFound {
		return u.finished(ctx, p, id)
	}
	if err != nil {
		return err
	}
	if !l.snapshot().Complete() {
		return Errorf(Conflict, "the upload is not complete yet")
	}
	return u.finish(ctx, l)
}

// finished is nil if the upload is a file by now.
func (u *Uploads) finished(ctx context.Context, p Principal, id ID) error {
	f, err := u.Store.File(ctx, id)
	if err != nil {
		return err
	}
	return u.Policy(p, ActWrite, f.Owner)
}

func (u *Uploads) finish(ctx context.Context, l *live) error {
	if l.row().Kind == Partial { // it waits, whole, to be joined
		if err := u.save(ctx, l); err != nil {
			return err
		}
		if err := u.seal(ctx, l.row()); err != nil {
			return err
		}
		return u.wakeJoins(ctx, l.row())
	}
	if !l.judged() {
		if err := u.judge(ctx, l); isVerdict(err) {
			return u.refuse(ctx, l.snapshot(), err)
		} else if err != nil {
			return err
		}
	}
	l.out.Drain()
	up := l.snapshot()
	f := newFile(up, l.digest.Sum(), u.Now())
	err := checkDigest(f)
	if err == nil {
		err = askFinish(ctx, u.Gates, f)
	}
	if isRefusal(err) {
		return u.refuse(ctx, up, verdict{err})
	}
	if err != nil {
		return err
	}
	if err := u.seal(ctx, up); err != nil {
		return err
	}
	return u.settle(ctx, up, f)
}

// seal ends the blob. A storage that finds bytes missing then ends the upload.
func (u *Uploads) seal(ctx context.Context, up Upload) error {
	if up.Length == 0 {
		return u.Blobs.Put(ctx, up.ID, nil)
	}
	err := u.Blobs.Seal(ctx, up.ID)
	if KindOf(err) == Gone {
		return u.lose(ctx, up)
	}
	return err
}

// settle turns the upload into its file, in one transaction.
func (u *Uploads) settle(ctx context.Context, up Upload, f File) error {
	err := u.commitHeld(ctx, up.ID, func(tx Tx) error {
		if err := tx.DeleteUpload(up.ID); err != nil {
			return err
		}
		if err := u.useUp(tx, up.Parts, f.CreatedAt); err != nil {
			return err
		}
		if !f.Digested() {
			if err := tx.Enqueue(Job{Kind: DigestFile, ID: f.ID}); err != nil {
				return err
			}
		}
		return recordFile(tx, f)
	})
	if err != nil {
		return err
	}
	u.live.drop(up.ID)
	for _, part := range up.Parts {
		u.live.drop(part)
		u.deleteBlob(ctx, part)
	}
	u.Observer.ended(Finished, up, u.Now())
	return nil
}

// useUp removes the parts of a join. One that is not there any more has been
// deleted meanwhile, or used by another join: its bytes are copied by now. They go
// in the order of their ids, so that two joins of the same parts do not wait for
// each other.
func (u *Uploads) useUp(tx Tx, parts []ID, now time.Time) error {
	for _, part := range slices.Sorted(slices.Values(parts)) {
		err := tx.UsePart(part, now)
		if KindOf(err) == NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if err := tx.Enqueue(Job{Kind: ReclaimBlob, ID: part}); err != nil {
			return err
		}
	}
	return nil
}

// Abort ends an upload on its owner's word (tus 1.0, "Termination"): a request
// that is writing it is asked to let go first.
func (u *Uploads) Abort(ctx context.Context, p Principal, id ID) error {
	up, err := u.rowFor(ctx, p, ActDelete, id)
	if err != nil {
		return err // before anybody is asked to stop
	}
	unlock, err := u.Lock(ctx, id, func() {})
	if err != nil {
		return err
	}
	defer unlock()
	if u.full.has(id) {
		return u.end(ctx, up, NoRoom, errNoRoom)
	}
	return u.end(ctx, up, Aborted, nil)
}

// refuse ends an upload that a gate or a limit said no to, and returns why.
func (u *Uploads) refuse(ctx context.Context, up Upload, why error) error {
	if err := u.end(context.WithoutCancel(ctx), up, Rejected, why); err != nil {
		u.Log.ErrorContext(ctx, "a refused upload could not be removed yet", "upload", up.ID, "error", err)
	}
	return why
}

// lose ends an upload, for good, whose acknowledged bytes are not there any more.
func (u *Uploads) lose(ctx context.Context, up Upload) error {
	u.Log.ErrorContext(ctx, "acknowledged bytes are missing", "upload", up.ID, "offset", up.Progress.Offset)
	if err := u.end(context.WithoutCancel(ctx), up, Lost, errLost); err != nil {
		return err
	}
	return errLost
}

// end removes an upload and its bytes and records how it ended.
func (u *Uploads) end(ctx context.Context, up Upload, outcome Outcome, why error) error {
	u.live.drop(up.ID)
	now := u.Now()
	err := u.commitHeld(ctx, up.ID, func(tx Tx) error {
		if err := tx.DeleteUpload(up.ID); err != nil {
			return err
		}
		if err := tx.Enqueue(Job{Kind: ReclaimBlob, ID: up.ID}); err != nil {
			return err
		}
		return recordEnd(tx, up, outcome, why, now)
	})
	if err != nil {
		return err
	}
	u.full.remove(up.ID)
	u.deleteBlob(ctx, up.ID)
	u.Observer.ended(outcome, up, now)
	return nil
}

// deleteBlob frees the bytes at once. Should it fail, the job that was committed
// with the row's end tries again.
func (u *Uploads) deleteBlob(ctx context.Context, id ID) {
	if err := u.Blobs.Delete(ctx, id); err != nil {
		u.Log.WarnContext(ctx, "a blob will be deleted later", "blob", id, "error", err)
	}
}
