package uploads

import (
	"context"
	"slices"
	"time"

	"pawl"
)

// How uploads end: as a file, or not. Each is one transaction, made by the holder of the
// upload's lock.

// promote turns an upload into its file.
func (u *Service) promote(ctx context.Context, up pawl.Upload, f pawl.File) error {
	err := u.commitLocked(ctx, up.ID, func(tx pawl.Tx) error {
		if err := tx.DeleteUpload(up.ID); err != nil {
			return err
		}
		if err := useParts(tx, up.Parts, f.CreatedAt); err != nil {
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
	u.writers.drop(up.ID)
	for _, part := range up.Parts {
		u.writers.drop(part)
		u.deleteBlob(ctx, part)
	}
	u.Observer.ended(pawl.Finished, up, u.Now())
	return nil
}

// useParts removes the parts of a join. One that is not there any more has been deleted
// meanwhile, or used by another join: its bytes are copied by now. They are removed in the
// order of their ids, so that two joins of the same parts do not deadlock.
func useParts(tx pawl.Tx, parts []pawl.ID, now time.Time) error {
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

// reject ends an upload that a gate or a limit rejected, and returns why.
func (u *Service) reject(ctx context.Context, up pawl.Upload, why error) error {
	if err := u.end(context.WithoutCancel(ctx), up, pawl.Rejected, why); err != nil {
		u.Log.ErrorContext(ctx, "a rejected upload could not be removed yet", "upload", up.ID, "error", err)
	}
	return why
}

var errLost = pawl.Errorf(pawl.Gone, "bytes of this upload were lost; create a new one")

// lose ends an upload whose acknowledged bytes are not there any more. The error is errLost
// once it is ended.
func (u *Service) lose(ctx context.Context, up pawl.Upload) error {
	u.Log.ErrorContext(ctx, "acknowledged bytes are missing", "upload", up.ID, "offset", up.Progress.Offset)
	if err := u.end(context.WithoutCancel(ctx), up, pawl.Lost, errLost); err != nil {
		return err
	}
	return errLost
}

// expire ends an upload that has expired. The error is errExpired once it is ended.
func (u *Service) expire(ctx context.Context, up pawl.Upload) error {
	if err := u.end(context.WithoutCancel(ctx), up, pawl.Expired, errExpired); err != nil {
		return err
	}
	return errExpired
}

// end removes an upload and its bytes and records how it ended.
func (u *Service) end(ctx context.Context, up pawl.Upload, outcome pawl.Outcome, why error) error {
	u.writers.drop(up.ID)
	now := u.Now()
	err := u.commitLocked(ctx, up.ID, func(tx pawl.Tx) error {
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

// deleteBlob deletes the bytes at once. Should it fail, the job that was committed with the
// row's end tries again.
func (u *Service) deleteBlob(ctx context.Context, id pawl.ID) {
	if err := u.Blobs.Delete(ctx, id); err != nil {
		u.Log.WarnContext(ctx, "a blob will be deleted later", "blob", id, "error", err)
	}
}

// Abort ends an upload at its owner's request (tus 1.0, "Termination"): a request that is
// writing it is asked to let go first. The error is of kind [pawl.NotFound] where it has
// become a file.
func (u *Service) Abort(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	up, unlock, err := u.lockFor(ctx, p, pawl.ActDelete, id, func() {})
	if err != nil {
		return err
	}
	defer unlock()
	switch {
	case up.Filed:
		return pawl.ErrNoSuchUpload
	case u.full.has(id):
		return u.end(ctx, up, pawl.NoRoom, errNoSpace)
	}
	return u.end(ctx, up, pawl.Aborted, nil)
}
