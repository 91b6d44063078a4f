package multipart

import (
	"context"
	"sync"
	"time"

	"pawl"
)

// tasks are the goroutines that outlive the call that started them, and the commits of
// all.
type tasks struct {
	ctx    context.Context // ends when those under way are to stop
	cancel context.CancelFunc

	mu         sync.Mutex
	closed     bool // no goroutine is started any more
	ended      bool // nothing is committed any more
	running    sync.WaitGroup
	committing sync.WaitGroup
}

func newTasks() *tasks {
	t := &tasks{}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t
}

// start runs f in a goroutine, with a context that has the values of ctx and ends when
// the engine does. It returns false, and starts nothing, after close.
func (t *tasks) start(ctx context.Context, f func(ctx context.Context)) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.running.Go(func() {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		defer context.AfterFunc(t.ctx, cancel)()
		f(ctx)
	})
	return true
}

var errEngineClosed = pawl.Errorf(pawl.Unavailable, "the server is shutting down; try again soon")

// commit runs f, a transaction, unless the engine has been closed.
func (t *tasks) commit(f func() error) error {
	t.mu.Lock()
	if t.ended {
		t.mu.Unlock()
		return errEngineClosed
	}
	t.committing.Add(1)
	t.mu.Unlock()
	defer t.committing.Done()
	return f()
}

// close starts no more goroutines, waits for those under way, and stops those that take
// longer than timeout. Then it commits nothing more, and waits for commits under way. It
// reports whether all have ended in time.
func (t *tasks) close(timeout time.Duration) bool {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	clean := within(timeout, &t.running)
	t.cancel()
	clean = clean || within(timeout, &t.running)
	t.mu.Lock()
	t.ended = true
	t.mu.Unlock()
	return within(timeout, &t.committing) && clean
}

// within reports whether a group ends within timeout.
func within(timeout time.Duration, group *sync.WaitGroup) bool {
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(timeout):
		return false
	}
}
