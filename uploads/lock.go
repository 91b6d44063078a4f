package uploads

import (
	"context"
	"sync"
	"time"

	"pawl"
)

// lockWait is how long a request waits for an upload that another one has. The holder is
// asked to let go at once, so this is only ever reached when it is in the middle of
// something it must not leave, such as finishing.
const lockWait = 10 * time.Second

// lockTurn is how long a holder is left alone. Clients that keep asking for the same
// upload would otherwise stop each other before any has sent a byte. A holder that is
// dead has mostly had the upload for longer by the time its client is back.
const lockTurn = 500 * time.Millisecond

var errLocked = pawl.Errorf(pawl.Locked, "another request is using this upload; try again in a moment")

// lockFor locks an upload for p and returns its row as it is under the lock: Filed if it
// has become a file, or a piece of one. release is called, from another goroutine, when
// another request wants the upload, here or at another instance: the caller then has to
// unlock soon.
//
// The policy is asked before anybody is disturbed: a stranger must not stop a transfer by
// asking for it. The error is of kind [pawl.Locked] where the holder does not let go.
func (u *Service) lockFor(ctx context.Context, p pawl.Principal, do pawl.Action, id pawl.ID, release func()) (_ pawl.Upload, unlock func(), err error) {
	if err := u.Policy(p, do, p.ID); err != nil {
		return pawl.Upload{}, nil, err
	}
	_, leave := u.locks.try(id, release)
	if leave != nil {
		u.locks.observe(0)
	} else {
		if err := u.may(ctx, p, do, id); err != nil {
			return pawl.Upload{}, nil, err
		}
		if leave, err = u.locks.acquire(ctx, id, release); err != nil {
			return pawl.Upload{}, nil, err
		}
	}
	row, unlock, err := u.lease(ctx, p, do, id, leave)
	if err != nil {
		leave()
		return pawl.Upload{}, nil, err
	}
	return row, unlock, nil
}

// may reports whether p may do that to an upload, whose row may be in memory: nil, or why
// not.
func (u *Service) may(ctx context.Context, p pawl.Principal, do pawl.Action, id pawl.ID) error {
	if w := u.writer(id); w != nil {
		return u.Policy(p, do, w.row().Owner)
	}
	up, err := u.find(ctx, id)
	if err != nil {
		return err
	}
	return u.Policy(p, do, up.Owner)
}

// lease completes this instance's lock of an upload with its lease, and returns the row.
// leave gives up the lock; it is the caller's to call after an error.
func (u *Service) lease(ctx context.Context, p pawl.Principal, do pawl.Action, id pawl.ID, leave func()) (_ pawl.Upload, unlock func(), err error) {
	if w := u.writer(id); w != nil {
		row := w.row()
		return row, u.unlocker(ctx, id, leave), u.Policy(p, do, row.Owner)
	}
	sure := u.leases.sure(id) // before the row is read
	row, err := u.find(ctx, id)
	if err == nil {
		err = u.Policy(p, do, row.Owner)
	}
	if err != nil || row.Filed {
		return row, leave, err
	}
	if sure {
		return row, u.unlocker(ctx, id, leave), nil
	}
	if err := u.takeLease(ctx, id, lockWait); err != nil {
		return pawl.Upload{}, nil, err
	}
	unlock = u.unlocker(ctx, id, leave)
	if row, err = u.find(ctx, id); err != nil { // another instance may have changed it until now
		unlock()
	}
	return row, unlock, err
}

func (u *Service) takeLease(ctx context.Context, id pawl.ID, wait time.Duration) error {
	if !u.leases.sure(id) {
		u.writers.drop(id) // another instance may have appended to what is open here
	}
	return u.leases.take(ctx, id, wait)
}

// unlocker returns what gives up the lock of an upload, and its lease unless the upload
// stays open here.
func (u *Service) unlocker(ctx context.Context, id pawl.ID, leave func()) func() {
	return func() {
		if u.writers.get(id) == nil {
			u.giveBack(ctx, id)
		}
		leave()
	}
}

func (u *Service) giveBack(ctx context.Context, id pawl.ID) {
	if err := u.leases.giveBack(context.WithoutCancel(ctx), id); err != nil {
		u.Log.WarnContext(ctx, "giving a lease back failed; another instance can still ask for it", "upload", id, "error", err)
	}
}

// tryLock locks an upload that nobody uses, without waiting. It returns nil if somebody
// does, here or at another instance.
func (u *Service) tryLock(ctx context.Context, id pawl.ID) (unlock func()) {
	_, leave := u.locks.try(id, func() {})
	if leave == nil {
		return nil
	}
	if err := u.takeLease(ctx, id, 0); err != nil {
		leave()
		return nil
	}
	return u.unlocker(ctx, id, leave)
}

// Yield gives an upload up that another instance wants: whoever has it here is asked to let
// go, its progress is saved, and its lease given back.
func (u *Service) Yield(ctx context.Context, id pawl.ID) {
	leave, err := u.locks.acquire(ctx, id, func() {})
	if err != nil {
		return // the holder does not let go; the other instance asks again
	}
	defer leave()
	if w := u.writers.get(id); w != nil {
		w.out.Drain()
		u.closeWriter(ctx, w)
	}
	if u.leases.lease(id).Generation == 0 {
		// The database may still name this instance: the answer to a Take was lost.
		if err := u.leases.take(ctx, id, 0); err != nil {
			return
		}
	}
	u.giveBack(ctx, id)
}

// locks lends each upload to one writer at a time. A newcomer does not wait until the
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
// goroutine whenever somebody else wants it, after lockTurn. The error is of kind
// [pawl.Locked].
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
			return nil, pawl.Because(err, pawl.Locked, errLocked.Message)
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
