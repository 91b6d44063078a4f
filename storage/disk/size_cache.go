package disk

import (
	lru "github.com/hashicorp/golang-lru/v2"

	"pawl"
)

// sizeCache has the sizes of files that this process has made durable, so that asking
// for an offset again costs no sync. It holds those used last.
type sizeCache struct{ sizes *lru.Cache[pawl.ID, int64] }

const sizeCacheEntries = 1 << 16

func newSizeCache() sizeCache {
	sizes, _ := lru.New[pawl.ID, int64](sizeCacheEntries) // fails for a size below 1 only
	return sizeCache{sizes}
}

// has reports whether a file is durable at the given size.
func (c sizeCache) has(id pawl.ID, size int64) bool {
	known, ok := c.sizes.Get(id)
	return ok && known == size
}

func (c sizeCache) set(id pawl.ID, size int64) { c.sizes.Add(id, size) }

func (c sizeCache) forget(id pawl.ID) { c.sizes.Remove(id) }
