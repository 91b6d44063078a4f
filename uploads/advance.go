package uploads

import (
	"context"

	"pawl"
)

// Advance takes an upload that no request is driving to where it can get without its
// client: a complete one becomes a file, a join is resumed, and one that has expired or
// whose bytes are lost is ended. The error is of kind [pawl.Locked] while somebody uses it.
func (u *Service) Advance(ctx context.Context, id pawl.ID) error {
	return u.advance(ctx, id, u.ResumeJoin)
}

// FinishJob is Advance for the job that a finish or a join is left to: it is tried again
// after an error.
func (u *Service) FinishJob(ctx context.Context, id pawl.ID) error {
	return u.advance(ctx, id, u.joinOnce)
}

func (u *Service) advance(ctx context.Context, id pawl.ID, join func(context.Context, pawl.Principal, pawl.ID) error) error {
	up, err := u.Get(ctx, operator, id)
	switch {
	case pawl.KindOf(err) == pawl.Gone:
		return u.endGone(ctx, id)
	case err != nil:
		return err
	case up.Kind == pawl.Final:
		return join(ctx, operator, id)
	case up.Complete():
		return u.finishIdle(ctx, id)
	}
	return nil
}

// finishIdle finishes an upload that nobody uses.
func (u *Service) finishIdle(ctx context.Context, id pawl.ID) error {
	s, err := u.tryOpen(ctx, id)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.finish(ctx)
}

// FinishIfIdle finishes a complete upload that somebody asks about, if that takes no asking
// of gates and nobody uses it. If somebody does, it enqueues a job: an instance that was
// killed holds its lease for some seconds, and its client may not ask again. That the
// upload is finished meanwhile is no error.
func (u *Service) FinishIfIdle(ctx context.Context, id pawl.ID) error {
	if len(u.Gates.Finish) > 0 {
		return nil
	}
	err := u.Advance(ctx, id)
	switch pawl.KindOf(err) {
	case pawl.NotFound:
		return nil
	case pawl.Locked:
		u.finishLater(ctx, id)
		return nil
	}
	return err
}

// endGone ends an upload that has expired, or whose bytes are lost.
func (u *Service) endGone(ctx context.Context, id pawl.ID) error {
	up, unlock, err := u.lockFor(ctx, operator, pawl.ActWrite, id, func() {})
	if err != nil {
		return err
	}
	defer unlock()
	switch {
	case up.Filed:
		return pawl.ErrNoSuchUpload
	case u.expired(up):
		return u.expire(ctx, up)
	}
	return u.lose(ctx, up)
}
