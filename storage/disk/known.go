package disk

import (
	"sync"

	"pawl"
)

// known remembers the sizes of files that this process has made durable, so that
// asking for an offset again costs no sync.
type known struct {
	mu    sync.Mutex
	sizes map[pawl.ID]int64
}

// knownLimit bounds the memory: over it everything is forgotten, which costs a
// sync for each file that is asked for again.
const knownLimit = 1 << 16

func (k *known) is(id pawl.ID, size int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	known, ok := k.sizes[id]
	return ok && known == size
}

func (k *known) set(id pawl.ID, size int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sizes == nil || len(k.sizes) >= knownLimit {
		k.sizes = make(map[pawl.ID]int64)
	}
	k.sizes[id] = size
}

func (k *known) forget(id pawl.ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sizes, id)
}
