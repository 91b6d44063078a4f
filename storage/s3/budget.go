package s3

import (
	"context"
	"sync"
	"time"
)

// chunkSize is what memory is taken in. A client that sends little takes little.
const chunkSize = 256 << 10

// budget is the memory that the bytes of all uploads share which are not in S3 yet.
// It is never waited for in vain: when it is short, those who have held theirs the
// longest are asked to put it away as a tail, however slow their clients are.
type budget struct {
	mu      sync.Mutex
	free    int // chunks
	pool    [][]byte
	freed   chan struct{} // closed, and made anew, when chunks come back
	holders map[*appender]struct{}
}

func newBudget(bytes int64) *budget {
	return &budget{
		free: int(max(bytes/chunkSize, 2*minPartSize/chunkSize)), freed: make(chan struct{}),
		holders: make(map[*appender]struct{}),
	}
}

// take gets a chunk's memory, empty.
func (b *budget) take(ctx context.Context) ([]byte, error) {
	for {
		chunk, freed := b.try()
		if chunk != nil {
			return chunk, nil
		}
		b.askForSome()
		select {
		case <-freed:
		case <-time.After(50 * time.Millisecond): // ask another
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (b *budget) try() (chunk []byte, freed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.free == 0 {
		return nil, b.freed
	}
	b.free--
	if last := len(b.pool) - 1; last >= 0 {
		chunk = b.pool[last]
		b.pool = b.pool[:last]
		return chunk[:0], nil
	}
	return make([]byte, 0, chunkSize), nil
}

func (b *budget) give(chunks [][]byte) {
	if len(chunks) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += len(chunks)
	b.pool = append(b.pool, chunks...)
	close(b.freed)
	b.freed = make(chan struct{})
}

func (b *budget) enter(a *appender) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holders[a] = struct{}{}
}

func (b *budget) leave(a *appender) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.holders, a)
}

// askForSome picks the one that has held memory the longest and asks it to put that
// away, from a goroutine of its own: whoever asks may hold locks.
func (b *budget) askForSome() {
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
		go oldest.putAway()
	}
}
