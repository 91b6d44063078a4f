package pawl

import (
	"context"
	"sync"
	"time"
)

// lockWait is how long a request waits for an upload that somebody else is at.
// The holder is asked to let go at once, so this is only ever reached when it is
// in the middle of something it must not leave, such as finishing.
const lockWait = 10 * time.Second

// locks hands each upload to one writer at a time. A newcomer does not queue
// politely: the holder is asked to let go, because the usual holder is a dead
// connection whose client has come back on a new one.
type locks struct {
	mu     sync.Mutex
	held   map[ID]*lock
	waited func(time.Duration) // told how long each waited; may be nil
}

type lock struct {
	release func()        // asks the holder to let go
	free    chan struct{} // closed when it has
}

// acquire returns when the upload is the caller's. release is called from another
// goroutine whenever somebody else wants it. The error is of kind [Locked].
func (l *locks) acquire(ctx context.Context, id ID, release func()) (unlock func(), err error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	for {
		holder, unlock := l.try(id, release)
		if unlock != nil {
			l.observe(time.Since(began))
			return unlock, nil
		}
		go holder.release()
		select {
		case <-holder.free:
		case <-ctx.Done():
			return nil, Because(context.Cause(ctx), Locked, "another request is using this upload; try again in a moment")
		}
	}
}

// try takes a free lock, or returns its holder.
func (l *locks) try(id ID, release func()) (holder *lock, unlock func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if holder, taken := l.held[id]; taken {
		return holder, nil
	}
	if l.held == nil {
		l.held = make(map[ID]*lock)
	}
	mine := &lock{release: release, free: make(chan struct{})}
	l.held[id] = mine
	return nil, sync.OnceFunc(func() { l.unlock(id, mine) })
}

func (l *locks) unlock(id ID, mine *lock) {
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
