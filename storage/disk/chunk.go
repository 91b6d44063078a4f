package disk

import "unsafe"

const (
	blockSize = 4096      // what O_DIRECT wants offsets, lengths and addresses to be multiples of
	chunkSize = 256 << 10 // fits the cache of a core, between socket, digest and disk
)

// chunk holds the bytes of the file range [base, base+chunkSize) in memory that
// is aligned as the file is. What is filled is never changed, so that it can be
// written and digested while the rest of it is being read.
type chunk struct {
	buf  []byte // chunkSize, aligned to blockSize
	base int64
	end  int64 // file offset up to which it is filled
	uses int   // of writer and tee, how many still need it
}

// slice is the part of the file range [from, to) that lies in the chunk.
func (c *chunk) slice(from, to int64) []byte {
	from, to = max(from, c.base), min(to, c.base+chunkSize)
	return c.buf[from-c.base : to-c.base]
}

func (c *chunk) full() bool { return c.end == c.base+chunkSize }

// pool keeps chunks for the next request. It is bounded, and unlike a sync.Pool
// not emptied by every collection.
type pool struct{ free chan *chunk }

const poolSize = 128 // 32 MiB

func newPool() pool { return pool{make(chan *chunk, poolSize)} }

func (p pool) get(base, end int64) *chunk {
	var c *chunk
	select {
	case c = <-p.free:
	default:
		c = &chunk{buf: aligned(chunkSize)}
	}
	c.base, c.end, c.uses = base, end, 2
	return c
}

func (p pool) put(c *chunk) {
	select {
	case p.free <- c:
	default:
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
