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

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup

	commits sync.RWMutex // held for reading during a commit
	ended   bool         // nothing is committed any more; guarded by commits
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
	t.commits.RLock()
	defer t.commits.RUnlock()
	if t.ended {
		return errEngineClosed
	}
	return f()
}

// close starts no more goroutines, waits for those under way, and stops those that take
// longer than timeout. It reports whether all have ended. Nothing is committed after it.
func (t *tasks) close(timeout time.Duration) (clean bool) {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	done := make(chan struct{})
	go func() {
		t.running.Wait()
		close(done)
	}()
	clean = within(timeout, done)
	t.cancel()
	if !clean {
		clean = within(timeout, done)
	}
	t.commits.Lock()
	defer t.commits.Unlock()
	t.ended = true
	return clean
}

func within(timeout time.Duration, done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-time.After(timeout):
		return false
	}
}
