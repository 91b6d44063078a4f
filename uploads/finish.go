package uploads

import (
	"context"
	"slices"
	"time"

	"pawl"
)

// Finish makes a file of an upload whose every byte has arrived. It is
// idempotent, and whoever comes by drives it: the last request, a repeated one,
// the janitor. An error of a refusal's kind means the upload is refused and gone.
// Where something it needs is away, Finish returns nil: the bytes are safe, and a
// job finishes the upload later.
func (u *Service) Finish(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	err := u.finishNow(ctx, p, id)
	if l := u.live.get(id); err != nil && l != nil && l.snapshot().Complete() && !isVerdict(err) {
		u.Log.WarnContext(ctx, "an upload will be finished later", "upload", id, "error", err)
		u.finishLater(ctx, id)
		return nil
	}
	return err
}

// finishLater asks for a finish as a job. Where that fails too, the database being away,
// [Service.Keep] asks again, and the next start looks at every upload.
func (u *Service) finishLater(ctx context.Context, id pawl.ID) {
	if err := u.askToFinish(context.WithoutCancel(ctx), id); err != nil {
		u.Log.WarnContext(ctx, "a job could not be asked for", "upload", id, "error", err)
		u.unasked.add(id)
	}
}

func (u *Service) askAgain(ctx context.Context) {
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
func (u *Service) askToFinish(ctx context.Context, ids ...pawl.ID) error {
	slices.Sort(ids)
	jobs := make([]pawl.Job, len(ids))
	for i, id := range ids {
		jobs[i] = pawl.Job{Kind: pawl.FinishUpload, ID: id}
	}
	return u.Store.Update(ctx, func(tx pawl.Tx) error { return tx.Enqueue(jobs...) })
}

func (u *Service) finishNow(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	l, err := u.open(ctx, p, id)
	if pawl.KindOf(err) == pawl.NotFound {
		return u.finished(ctx, p, id)
	}
	if err != nil {
		return err
	}
	if !l.snapshot().Complete() {
		return pawl.Errorf(pawl.Conflict, "the upload is not complete yet")
	}
	return u.finish(ctx, l)
}

// finished is nil if the upload is a file by now.
func (u *Service) finished(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	f, err := u.Store.File(ctx, id)
	if err != nil {
		return err
	}
	return u.Policy(p, pawl.ActWrite, f.Owner)
}

func (u *Service) finish(ctx context.Context, l *live) error {
	if l.row().Kind == pawl.Partial { // it waits, whole, to be joined
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
func (u *Service) seal(ctx context.Context, up pawl.Upload) error {
	if up.Length == 0 {
		return u.Blobs.Put(ctx, up.ID, nil)
	}
	err := u.Blobs.Seal(ctx, up.ID)
	if pawl.KindOf(err) == pawl.Gone {
		return u.lose(ctx, up)
	}
	return err
}

// settle turns the upload into its file, in one transaction.
func (u *Service) settle(ctx context.Context, up pawl.Upload, f pawl.File) error {
	err := u.commitHeld(ctx, up.ID, func(tx pawl.Tx) error {
		if err := tx.DeleteUpload(up.ID); err != nil {
			return err
		}
		if err := u.useUp(tx, up.Parts, f.CreatedAt); err != nil {
			return err
		}
		if !f.Digested() {
			if err := tx.Enqueue(pawl.Job{Kind: pawl.DigestFile, ID: f.ID}); err != nil {
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
	u.Observer.ended(pawl.Finished, up, u.Now())
	return nil
}

// useUp removes the parts of a join. One that is not there any more has been
// deleted meanwhile, or used by another join: its bytes are copied by now. They go
// in the order of their ids, so that two joins of the same parts do not wait for
// each other.
func (u *Service) useUp(tx pawl.Tx, parts []pawl.ID, now time.Time) error {
	for _, part := range slices.Sorted(slices.Values(parts)) {
		err := tx.UsePart(part, now)
		if pawl.KindOf(err) == pawl.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if err := tx.Enqueue(pawl.Job{Kind: pawl.ReclaimBlob, ID: part}); err != nil {
			return err
		}
	}
	return nil
}

// Abort ends an upload on its owner's word (tus 1.0, "Termination"): a request
// that is writing it is asked to let go first.
func (u *Service) Abort(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	up, err := u.rowFor(ctx, p, pawl.ActDelete, id)
	if err != nil {
		return err // before anybody is asked to stop
	}
	unlock, err := u.Lock(ctx, id, func() {})
	if err != nil {
		return err
	}
	defer unlock()
	if u.full.has(id) {
		return u.end(ctx, up, pawl.NoRoom, errNoRoom)
	}
	return u.end(ctx, up, pawl.Aborted, nil)
}

// refuse ends an upload that a gate or a limit said no to, and returns why.
func (u *Service) refuse(ctx context.Context, up pawl.Upload, why error) error {
	if err := u.end(context.WithoutCancel(ctx), up, pawl.Rejected, why); err != nil {
		u.Log.ErrorContext(ctx, "a refused upload could not be removed yet", "upload", up.ID, "error", err)
	}
	return why
}

// lose ends an upload, for good, whose acknowledged bytes are not there any more.
func (u *Service) lose(ctx context.Context, up pawl.Upload) error {
	u.Log.ErrorContext(ctx, "acknowledged bytes are missing", "upload", up.ID, "offset", up.Progress.Offset)
	if err := u.end(context.WithoutCancel(ctx), up, pawl.Lost, errLost); err != nil {
		return err
	}
	return errLost
}

// end removes an upload and its bytes and records how it ended.
func (u *Service) end(ctx context.Context, up pawl.Upload, outcome pawl.Outcome, why error) error {
	u.live.drop(up.ID)
	now := u.Now()
	err := u.commitHeld(ctx, up.ID, func(tx pawl.Tx) error {
		if err := tx.DeleteUpload(up.ID); err != nil {
			return err
		}
		if err := tx.Enqueue(pawl.Job{Kind: pawl.ReclaimBlob, ID: up.ID}); err != nil {
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
func (u *Service) deleteBlob(ctx context.Context, id pawl.ID) {
	if err := u.Blobs.Delete(ctx, id); err != nil {
		u.Log.WarnContext(ctx, "a blob will be deleted later", "blob", id, "error", err)
	}
}
