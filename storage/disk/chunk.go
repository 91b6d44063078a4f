package disk

import (
	"sync"
	"unsafe"
)

const (
	blockSize = 4096      // what O_DIRECT requires offsets, lengths and addresses to be multiples of
	chunkSize = 256 << 10 // fits the cache of a core, between socket, digest and disk
)

// chunk holds the bytes of the file range [base, base+chunkSize) in memory that
// is aligned as the file is. What is filled is never changed, so that it can be
// written and digested while the rest of it is being read.
type chunk struct {
	buf  []byte // chunkSize, aligned to blockSize
	base int64
	end  int64 // file offset up to which it is filled
}

// slice returns the part of the file range [from, to) that lies in the chunk.
func (c *chunk) slice(from, to int64) []byte {
	from, to = max(from, c.base), min(to, c.base+chunkSize)
	return c.buf[from-c.base : to-c.base]
}

func (c *chunk) full() bool { return c.end == c.base+chunkSize }

// pool has chunks for the next request, and gives the one used last first: it
// is the likeliest to be in a processor's cache still. It is bounded, and unlike a
// sync.Pool not emptied by every collection.
type pool struct {
	mu   sync.Mutex
	free []*chunk
}

const poolSize = 128 // 32 MiB

func (p *pool) get(base, end int64) *chunk {
	c := p.take()
	if c == nil {
		c = &chunk{buf: aligned(chunkSize)}
	}
	c.base, c.end = base, end
	return c
}

func (p *pool) take() *chunk {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.free) - 1
	if last < 0 {
		return nil
	}
	c := p.free[last]
	p.free = p.free[:last]
	return c
}

func (p *pool) put(c *chunk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) < poolSize {
		p.free = append(p.free, c)
	}
}

// aligned makes a buffer that O_DIRECT takes.
func aligned(size int) []byte {
	raw := make([]byte, size+blockSize)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(raw))) % blockSize)
	return raw[skip : skip+size : skip+size]
}

func alignDown(offset int64) int64 { return offset &^ (blockSize - 1) }

func alignUp(offset int64) int64 { return alignDown(offset + blockSize - 1) }
