package pawl

import (
	"cmp"
	"context"
	"slices"
	"time"
)

const (
	saveEvery  = 5 * time.Second  // how old a saved progress gets while bytes arrive
	closeAfter = 30 * time.Second // how long an upload stays open without a request
)

// save writes down how far an upload has come. The blob knows its offset by
// itself; what would be lost without it is the digest's state, to be made up for
// by a second read.
func (u *Uploads) save(ctx context.Context, l *live) error {
	p, news, err := l.progress(ctx)
	if err != nil || !news {
		return err
	}
	return u.saveProgress(ctx, l, p, nil)
}

// saveLast is save for an upload that is being closed, which stops for nothing.
func (u *Uploads) saveLast(ctx context.Context, l *live) {
	id := l.row().ID
	if err := u.save(ctx, l); err != nil && KindOf(err) != NotFound {
		u.Log.WarnContext(ctx, "progress was not saved", "upload", id, "error", err)
	}
	u.live.drop(id)
}

// saveProgress writes p down, and what else belongs to it; remember may be nil.
func (u *Uploads) saveProgress(ctx context.Context, l *live, p Progress, remember func(Tx) error) error {
	row := l.row()
	p.FoundType = row.Progress.FoundType
	err := u.Store.Update(ctx, u.held(row.ID, func(tx Tx) error {
		if remember != nil {
			if err := remember(tx); err != nil {
				return err
			}
		}
		return tx.SaveProgress(row.ID, p, u.Now())
	}))
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.saved = u.Now()
	found := l.upload.Progress.FoundType // may have been found meanwhile
	l.upload.Progress = p
	l.upload.Progress.FoundType = found
	return nil
}

// Keep saves the progress of what is open and closes what nobody has used for a
// while. It is called about once a second.
func (u *Uploads) Keep(ctx context.Context) {
	u.askAgain(ctx)
	for _, l := range u.live.all() {
		if err := u.keep(ctx, l); err != nil && KindOf(err) != NotFound {
			u.Log.WarnContext(ctx, "progress was not saved", "upload", l.row().ID, "error", err)
		}
	}
}

func (u *Uploads) keep(ctx context.Context, l *live) error {
	idle, unsaved := l.since(u.Now())
	id := l.row().ID
	unlock := u.tryLock(ctx, id)
	if unlock == nil { // being written: its progress is of interest now and then
		if unsaved < saveEvery || l.booked.Load() {
			return nil
		}
		return u.save(ctx, l)
	}
	defer unlock()
	if u.live.get(id) != l {
		return nil // closed meanwhile
	}
	err := u.save(ctx, l)
	if idle >= closeAfter || KindOf(err) == NotFound {
		u.live.drop(id)
	}
	return err
}

// mostOpen bounds the files that idle uploads keep open.
const mostOpen = 256

// closeLongestIdle makes room when too many uploads are open: the one that has
// gone longest without a request is saved and closed, and opened again when it is
// wanted.
func (u *Uploads) closeLongestIdle(ctx context.Context) {
	open := u.live.all()
	if len(open) <= mostOpen {
		return
	}
	now := u.Now()
	slices.SortFunc(open, func(a, b *live) int {
		aIdle, _ := a.since(now)
		bIdle, _ := b.since(now)
		return cmp.Compare(bIdle, aIdle)
	})
	for _, l := range open {
		id := l.row().ID
		if unlock := u.tryLock(ctx, id); unlock != nil {
			defer unlock()
			if u.live.get(id) == l {
				u.saveLast(ctx, l)
			}
			return
		}
	}
}

// Close saves and closes everything that is open. Requests have ended by now, or
// are not waited for any more.
func (u *Uploads) Close(ctx context.Context) {
	for _, l := range u.live.all() {
		l.out.Drain()
		u.saveLast(ctx, l)
		u.giveBack(ctx, l.row().ID)
	}
}

// Resume takes one upload that no request is driving to where it can go by
// itself: a complete one becomes a file, and a join is continued.
func (u *Uploads) Resume(ctx context.Context, id ID) error { return u.resume(ctx, id, u.DriveJoin) }

// finishJob is [Uploads.Resume] for the job that [Uploads.DriveJoin] leaves a join to.
func (u *Uploads) finishJob(ctx context.Context, id ID) error { return u.resume(ctx, id, u.joinNow) }

func (u *Uploads) resume(ctx context.Context, id ID, join func(context.Context, Principal, ID) error) error {
	p := Principal{ID: "pawl", Operator: true}
	up, err := u.Get(ctx, p, id)
	if err != nil {
		return u.resumeLost(ctx, id, err)
	}
	switch {
	case up.Kind == Final:
		return join(ctx, p, id)
	case up.Complete():
		return u.finishIdle(ctx, p, id)
	}
	return nil
}

// finishIdle finishes an upload, unless somebody is at it; the error is of kind
// [Locked] then.
func (u *Uploads) finishIdle(ctx context.Context, p Principal, id ID) error {
	unlock := u.tryLock(ctx, id)
	if unlock == nil {
		return Errorf(Locked, "another request is using this upload; try again in a moment")
	}
	defer unlock()
	return u.finishNow(ctx, p, id)
}

// Nudge is for those who look at a complete upload that is no file yet: it is
// finished on the spot if that takes no asking and nobody is at it. If somebody is, a
// job is left to finish it: an instance that has just died holds its lease for a while,
// and nobody may ask again. That somebody has finished it meanwhile is no error.
func (u *Uploads) Nudge(ctx context.Context, id ID) error {
	if len(u.Gates.Finish) > 0 {
		return nil
	}
	err := u.Resume(ctx, id)
	switch KindOf(err) {
	case NotFound:
		return nil
	case Locked:
		u.finishLater(ctx, id)
		return nil
	}
	return err
}

// resumeLost ends an upload whose bytes are missing, or whose time is over, if
// that is what is wrong.
func (u *Uploads) resumeLost(ctx context.Context, id ID, err error) error {
	if KindOf(err) != Gone {
		return err
	}
	unlock, lockErr := u.Lock(ctx, id, func() {})
	if lockErr != nil {
		return lockErr
	}
	defer unlock()
	up, err := u.Store.Upload(ctx, id)
	if err != nil {
		return err
	}
	if u.expired(up) {
		return u.expire(ctx, up)
	}
	return u.lose(ctx, up)
}

// Writing reports whether this instance is putting bytes into a blob that may
// have no row yet.
func (u *Uploads) Writing(id ID) bool { return u.wanted.has(id) || u.live.get(id) != nil }
