package uploads

import (
	"context"
	"sync"
	"time"

	"pawl"
)

// lockWait is how long a request waits for an upload that somebody else is at.
// The holder is asked to let go at once, so this is only ever reached when it is
// in the middle of something it must not leave, such as finishing.
const lockWait = 10 * time.Second

// lockTurn is how long a holder is left alone. Clients that keep asking for the same
// upload would otherwise stop each other before any has sent a byte. A holder that is
// dead has mostly had the upload for longer by the time its client is back.
const lockTurn = 500 * time.Millisecond

// Lock hands the upload to its caller until unlock. release is called, from
// another goroutine, when another request wants it, here or at another instance:
// the caller then has to let go soon. The error is of kind [pawl.Locked].
func (u *Service) Lock(ctx context.Context, id pawl.ID, release func()) (unlock func(), err error) {
	leave, err := u.locks.acquire(ctx, id, release)
	if err != nil {
		return nil, err
	}
	return u.enter(ctx, id, leave, lockWait)
}

// tryLock is Lock for a caller who would rather do without than wait: it is nil
// while somebody else is at the upload.
func (u *Service) tryLock(ctx context.Context, id pawl.ID) (unlock func()) {
	_, leave := u.locks.try(id, func() {})
	if leave == nil {
		return nil
	}
	unlock, err := u.enter(ctx, id, leave, 0)
	if err != nil {
		return nil
	}
	return unlock
}

// enter completes this instance's lock with the right over the other instances.
func (u *Service) enter(ctx context.Context, id pawl.ID, leave func(), wait time.Duration) (unlock func(), err error) {
	if !u.leases.sure(id) {
		u.live.drop(id) // whatever is open here, another instance may have gone on from it
	}
	if err := u.leases.enter(ctx, id, wait); err != nil {
		leave()
		return nil, err
	}
	return func() {
		if u.live.get(id) == nil {
			u.giveBack(ctx, id)
		}
		leave()
	}, nil
}

func (u *Service) giveBack(ctx context.Context, id pawl.ID) {
	if err := u.leases.leave(context.WithoutCancel(ctx), id); err != nil {
		u.Log.WarnContext(ctx, "a lease was not given back; it is when somebody asks for it", "upload", id, "error", err)
	}
}

// LetGo is called when another instance wants the upload: whoever has it here is
// asked to stop, its progress is saved, and the other instance can have it.
func (u *Service) LetGo(ctx context.Context, id pawl.ID) {
	leave, err := u.locks.acquire(ctx, id, func() {})
	if err != nil {
		return // it does not stop; the other instance asks again
	}
	defer leave()
	if l := u.live.get(id); l != nil {
		l.out.Drain()
		u.saveLast(ctx, l)
	}
	if u.leases.lease(id).Generation == 0 {
		// It is this instance's all the same: the answer that said so was lost.
		if err := u.leases.enter(ctx, id, 0); err != nil {
			return
		}
	}
	u.giveBack(ctx, id)
}

// locks hands each upload to one writer at a time. A newcomer does not wait until the
// holder is done: after its turn the holder is asked to let go, because the usual holder
// is a dead connection whose client has come back on a new one.
type locks struct {
	mu     sync.Mutex
	held   map[pawl.ID]*lock
	waited func(time.Duration) // told how long each waited; may be nil
}

type lock struct {
	since   time.Time
	release func()        // asks the holder to let go
	free    chan struct{} // closed when it has
}

// takeOver waits for the holder's turn to be over, asks it to let go, and returns when it
// has; earlier if it is done by itself.
func (l *lock) takeOver(ctx context.Context) error {
	turn := time.NewTimer(time.Until(l.since.Add(lockTurn)))
	defer turn.Stop()
	select {
	case <-turn.C:
		go l.release()
	case <-l.free:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case <-l.free:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// acquire returns when the upload is the caller's. release is called from another
// goroutine whenever somebody else wants it, after lockTurn. The error is of kind [pawl.Locked].
func (l *locks) acquire(ctx context.Context, id pawl.ID, release func()) (unlock func(), err error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	for {
		holder, unlock := l.try(id, release)
		if unlock != nil {
			l.observe(time.Since(began))
			return unlock, nil
		}
		if err := holder.takeOver(ctx); err != nil {
			return nil, pawl.Because(err, pawl.Locked, "another request is using this upload; try again in a moment")
		}
	}
}

// try takes a free lock, or returns its holder.
func (l *locks) try(id pawl.ID, release func()) (holder *lock, unlock func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if holder, taken := l.held[id]; taken {
		return holder, nil
	}
	if l.held == nil {
		l.held = make(map[pawl.ID]*lock)
	}
	mine := &lock{since: time.Now(), release: release, free: make(chan struct{})}
	l.held[id] = mine
	return nil, sync.OnceFunc(func() { l.unlock(id, mine) })
}

func (l *locks) unlock(id pawl.ID, mine *lock) {
	l.mu.Lock()
	delete(l.held, id)
	l.mu.Unlock()
	close(mine.free)
}

func (l *locks) observe(waited time.Duration) {
	if l.waited != nil {
		l.waited(waited)
	}
}
