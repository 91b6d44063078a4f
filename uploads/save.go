package uploads

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pawl"
)

const (
	saveEvery  = 5 * time.Second  // how old saved progress gets while bytes arrive
	closeAfter = 30 * time.Second // how long an upload stays open without a request
	mostOpen   = 256              // how many uploads stay open at most
)

// save saves how far an upload has come. The blob knows its offset by itself; without the
// row, the digest's state would be lost, at the price of a second read.
func (u *Service) save(ctx context.Context, w *writer) error {
	p, news, err := w.progress(ctx)
	if err != nil || !news {
		return err
	}
	return u.saveProgress(ctx, w, p, nil)
}

// saveProgress saves p, and in the same transaction what remember does, which may be nil.
func (u *Service) saveProgress(ctx context.Context, w *writer, p pawl.Progress, remember func(pawl.Tx) error) error {
	row := w.row()
	p.FoundType = row.Progress.FoundType
	err := u.Store.Update(ctx, u.fenced(row.ID, func(tx pawl.Tx) error {
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
	w.mu.Lock()
	defer w.mu.Unlock()
	w.saved = u.Now()
	found := w.upload.Progress.FoundType // may have been found meanwhile
	w.upload.Progress = p
	w.upload.Progress.FoundType = found
	return nil
}

// closeWriter saves an upload's progress, as far as it can, and closes it.
func (u *Service) closeWriter(ctx context.Context, w *writer) {
	id := w.row().ID
	if err := u.save(ctx, w); err != nil && pawl.KindOf(err) != pawl.NotFound {
		u.Log.WarnContext(ctx, "progress was not saved", "upload", id, "error", err)
	}
	u.writers.drop(id)
}

// SaveProgress saves the progress of what is open and closes what nobody has used for a
// while. It is to be called about once a second.
func (u *Service) SaveProgress(ctx context.Context) {
	u.enqueueUnqueued(ctx)
	for _, w := range u.writers.all() {
		if err := u.saveOrClose(ctx, w); err != nil && pawl.KindOf(err) != pawl.NotFound {
			u.Log.WarnContext(ctx, "progress was not saved", "upload", w.row().ID, "error", err)
		}
	}
}

func (u *Service) saveOrClose(ctx context.Context, w *writer) error {
	idle, unsaved := w.since(u.Now())
	id := w.row().ID
	unlock := u.tryLock(ctx, id)
	if unlock == nil { // being written
		if unsaved < saveEvery || w.commits.Load() {
			return nil
		}
		return u.save(ctx, w)
	}
	defer unlock()
	if u.writers.get(id) != w {
		return nil // closed meanwhile
	}
	err := u.save(ctx, w)
	if idle >= closeAfter || pawl.KindOf(err) == pawl.NotFound {
		u.writers.drop(id)
	}
	return err
}

// closeLongestIdle closes the upload that has gone longest without a request if too many
// are open. It is opened again when it is asked for.
func (u *Service) closeLongestIdle(ctx context.Context) {
	open := u.writers.all()
	if len(open) <= mostOpen {
		return
	}
	now := u.Now()
	slices.SortFunc(open, func(a, b *writer) int {
		aIdle, _ := a.since(now)
		bIdle, _ := b.since(now)
		return cmp.Compare(bIdle, aIdle)
	})
	for _, w := range open {
		id := w.row().ID
		if unlock := u.tryLock(ctx, id); unlock != nil {
			defer unlock()
			if u.writers.get(id) == w {
				u.closeWriter(ctx, w)
			}
			return
		}
	}
}

// Close saves and closes everything that is open. Requests have ended by now, or are not
// waited for any more.
func (u *Service) Close(ctx context.Context) {
	for _, w := range u.writers.all() {
		w.out.Drain()
		u.closeWriter(ctx, w)
		u.giveBack(ctx, w.row().ID)
	}
}
