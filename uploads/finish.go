package uploads

import (
	"context"
	"slices"

	"pawl"
)

// Finish makes a file of an upload whose every byte has arrived. It is idempotent: the last
// request, a repeated one, a HEAD and a job can each drive it. An upload that is rejected
// is ended, and its bytes deleted.
//
// Where something it needs is unavailable, Finish returns nil: the bytes are safe, and a
// job finishes the upload later.
func (s *Session) Finish(ctx context.Context) error {
	err := s.finish(ctx)
	if err == nil || isRejection(err) || s.writer == nil || s.service.writers.get(s.upload.ID) != s.writer || !s.Upload().Complete() {
		return err
	}
	s.service.Log.WarnContext(ctx, "an upload will be finished later", "upload", s.upload.ID, "error", err)
	s.service.finishLater(ctx, s.upload.ID)
	return nil
}

// finish is Finish for the job itself, which is tried again after an error.
func (s *Session) finish(ctx context.Context) error {
	switch up := s.Upload(); {
	case up.Filed:
		return nil
	case s.writer == nil || !up.Complete():
		return pawl.Errorf(pawl.Conflict, "the upload is not complete yet")
	case up.Kind == pawl.Partial:
		return s.finishPart(ctx)
	}
	if !s.writer.typeKnown() {
		if err := s.judge(ctx); isRejection(err) {
			return s.service.reject(ctx, s.Upload(), err)
		} else if err != nil {
			return err
		}
	}
	return s.finishFile(ctx)
}

// finishPart leaves a partial upload complete, to be joined.
func (s *Session) finishPart(ctx context.Context) error {
	if err := s.service.save(ctx, s.writer); err != nil {
		return err
	}
	part := s.writer.row()
	if err := s.service.seal(ctx, part); err != nil {
		return err
	}
	return s.service.wakeJoins(ctx, part)
}

func (s *Session) finishFile(ctx context.Context) error {
	u := s.service
	s.writer.out.Drain()
	up := s.Upload()
	f := newFile(up, s.writer.digest.Sum(), u.Now())
	if err := askFinish(ctx, u.Gates, f); isRejection(err) {
		return u.reject(ctx, up, err)
	} else if err != nil {
		return err
	}
	if err := u.seal(ctx, up); err != nil {
		return err
	}
	return u.promote(ctx, up, f)
}

// seal seals the upload's blob. A storage that finds bytes missing then ends the upload.
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

// wakeJoins enqueues the joins that a partial upload, complete by now, may have been the
// last missing part of.
func (u *Service) wakeJoins(ctx context.Context, part pawl.Upload) error {
	joins, err := u.Store.Joins(ctx, part.Owner, part.ID)
	if err != nil || len(joins) == 0 {
		return err
	}
	return u.enqueueFinish(ctx, joins...)
}

// finishLater enqueues a finish. Where that fails too, the database being away,
// [Service.SaveProgress] tries again, and the next start checks every upload.
func (u *Service) finishLater(ctx context.Context, id pawl.ID) {
	if err := u.enqueueFinish(context.WithoutCancel(ctx), id); err != nil {
		u.Log.WarnContext(ctx, "a job could not be enqueued", "upload", id, "error", err)
		u.unqueued.add(id)
	}
}

// enqueueUnqueued enqueues what finishLater could not.
func (u *Service) enqueueUnqueued(ctx context.Context) {
	ids := u.unqueued.drain()
	if len(ids) == 0 {
		return
	}
	if err := u.enqueueFinish(ctx, ids...); err != nil {
		for _, id := range ids {
			u.unqueued.add(id)
		}
	}
}

// enqueueFinish enqueues jobs in the order of their ids, so that two callers that enqueue
// the same do not deadlock.
func (u *Service) enqueueFinish(ctx context.Context, ids ...pawl.ID) error {
	slices.Sort(ids)
	jobs := make([]pawl.Job, len(ids))
	for i, id := range ids {
		jobs[i] = pawl.Job{Kind: pawl.FinishUpload, ID: id}
	}
	return u.Store.Update(ctx, func(tx pawl.Tx) error { return tx.Enqueue(jobs...) })
}
