package multipart

import (
	"crypto/rand"
	"slices"

	"pawl"
)

// part is a range of a blob on its way to the remote. Parts are sent side by side and
// committed one after the other, in their order.
type part struct {
	kind     partKind
	start    int64
	end      int64
	number   int         // of a full part
	tail     pawl.Tail   // of a tail
	replaces []pawl.Tail // tails whose bytes are in this part
	content  *content
	buffers  [][]byte  // released when it is done
	mark     pawl.Mark // at end
	stored   pawl.Part // of a full part, once it is stored

	reserves bool          // the first full part of its appender, which reserves numbers for all
	reserved chan struct{} // closed when it has

	before *part
	done   chan struct{} // closed when it is committed, or has failed
	err    error
}

type partKind int

const (
	fullPart  partKind = iota // a part of the multipart upload
	tailPart                  // an object of its own until a full part replaces it
	wholeBlob                 // the object of a blob that is too small for parts
)

// partSizeLocked returns the size of the part being filled. With a known length all
// are equal and leave a tenth of the numbers unused; without one they grow.
func (a *appender) partSizeLocked() int64 {
	if a.manifest.PartSize > 0 {
		return a.manifest.PartSize
	}
	smallest, limits := a.blobs.config.PartSize, a.blobs.limits
	tenth := limits.MaxParts / 10
	if length := a.writing.Length(); length > 0 && a.partCount == 0 {
		const mib = 1 << 20
		most := int64(limits.MaxParts - tenth)
		fair := (length + most - 1) / most
		return max(smallest, (fair+mib-1)/mib*mib)
	}
	if limits.EqualParts {
		return max(smallest, equalPartSize)
	}
	// They double every tenth: ten thousand of S3's hold 8 TiB.
	return min(smallest<<(a.partCount/tenth), limits.MaxCopy)
}

// equalPartSize is for remotes that require equal parts, of a blob of unknown length.
const equalPartSize = 64 << 20

// newPartLocked makes a full part of everything after partStart.
func (a *appender) newPartLocked() *part {
	if a.partCount == 0 && (a.writing.Length() > 0 || a.blobs.limits.EqualParts) {
		a.manifest.PartSize = max(a.partSizeLocked(), a.end-a.partStart)
	}
	p := a.takeAllLocked(fullPart)
	a.numberLocked(p)
	return p
}

func (a *appender) numberLocked(p *part) {
	a.number++
	a.partCount++
	p.number = a.number
	if a.reserved == nil {
		p.reserves, a.reserved = true, make(chan struct{})
	}
	p.reserved = a.reserved
}

// takeAllLocked makes a part of everything after partStart, and of the memory.
func (a *appender) takeAllLocked(kind partKind) *part {
	p := a.enqueueLocked(kind, a.partStart)
	p.replaces = a.tails
	p.buffers = a.buffers
	p.content = &content{
		remote: a.blobs.remote, tails: keysBefore(a.tails, a.bufStart), buffers: a.buffers, size: p.end - p.start,
		crc: a.crc, crcKnown: a.crcKnown,
	}
	a.tails = nil
	a.takeBuffersLocked()
	a.partStart, a.flushed = a.end, a.end
	a.crc, a.crcKnown = 0, true
	a.timer.Stop()
	return p
}

// newTailLocked makes a tail of what is in memory only; nil if there is nothing. With
// release the memory goes with it.
func (a *appender) newTailLocked(release bool) *part {
	if a.flushed == a.end || a.failure != nil {
		return nil
	}
	p := a.enqueueLocked(tailPart, a.flushed)
	p.tail = pawl.Tail{Key: a.blobs.tailKey(a.id, rand.Text()), Place: p.start, Size: p.end - p.start}
	p.content = &content{remote: a.blobs.remote, buffers: skip(a.buffers, p.start-a.bufStart), size: p.tail.Size}
	a.tails = append(slices.Clone(a.tails), p.tail)
	a.flushed = a.end
	if release {
		p.buffers = a.takeBuffersLocked()
	}
	if a.timer != nil {
		a.timer.Stop()
	}
	return p
}

// enqueueLocked makes a part that is committed after all others.
func (a *appender) enqueueLocked(kind partKind, start int64) *part {
	p := &part{kind: kind, start: start, end: a.end, mark: a.writing.Mark(), before: a.last, done: make(chan struct{})}
	a.last = p
	return p
}

func keysBefore(tails []pawl.Tail, offset int64) (keys []string) {
	for _, tail := range tails {
		if tail.Place < offset {
			keys = append(keys, tail.Key)
		}
	}
	return keys
}

// skip returns the buffers without their first n bytes, as they are now: what is added
// to the last one later is not in it.
func skip(buffers [][]byte, n int64) (rest [][]byte) {
	for _, buffer := range buffers {
		if n >= int64(len(buffer)) {
			n -= int64(len(buffer))
			continue
		}
		rest = append(rest, buffer[n:])
		n = 0
	}
	return rest
}
