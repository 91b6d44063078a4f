package multipart

import (
	"context"
	"sync"
	"time"
)

// bufferSize is the unit of memory. A client that sends little takes little.
const bufferSize = 256 << 10

// budget is the memory that the bytes of all uploads share which are not in the remote
// yet. When it is short, the uploads that have held theirs longest have to move it to a
// tail, so that nobody waits for a slow client.
type budget struct {
	mu      sync.Mutex
	free    int // buffers
	pool    [][]byte
	freed   chan struct{} // closed, and made anew, when buffers come back
	holders map[*appender]struct{}
	tasks   *tasks
}

func newBudget(bytes int64, t *tasks) *budget {
	return &budget{free: int(bytes / bufferSize), freed: make(chan struct{}), holders: make(map[*appender]struct{}), tasks: t}
}

// get returns an empty buffer, and waits for one if need be.
func (b *budget) get(ctx context.Context) ([]byte, error) {
	for {
		buffer, freed := b.tryGet()
		if buffer != nil {
			return buffer, nil
		}
		b.evictOldest()
		select {
		case <-freed:
		case <-time.After(50 * time.Millisecond): // evict another
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (b *budget) tryGet() (buffer []byte, freed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.free == 0 {
		return nil, b.freed
	}
	b.free--
	if last := len(b.pool) - 1; last >= 0 {
		buffer = b.pool[last]
		b.pool = b.pool[:last]
		return buffer[:0], nil
	}
	return make([]byte, 0, bufferSize), nil
}

func (b *budget) put(buffers [][]byte) {
	if len(buffers) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += len(buffers)
	b.pool = append(b.pool, buffers...)
	close(b.freed)
	b.freed = make(chan struct{})
}

func (b *budget) addHolder(a *appender) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holders[a] = struct{}{}
}

func (b *budget) removeHolder(a *appender) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.holders, a)
}

// evictOldest evicts the appender that has held memory longest, in a goroutine of its
// own: its caller may hold locks.
func (b *budget) evictOldest() {
	b.mu.Lock()
	all := make([]*appender, 0, len(b.holders))
	for a := range b.holders {
		all = append(all, a)
	}
	b.mu.Unlock()
	var oldest *appender
	var since time.Time
	for _, a := range all {
		if held, ok := a.heldSince(); ok && (oldest == nil || held.Before(since)) {
			oldest, since = a, held
		}
	}
	if oldest != nil {
		b.tasks.start(context.Background(), oldest.evict)
	}
}
