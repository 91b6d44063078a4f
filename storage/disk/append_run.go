package disk

import (
	"io"
	"sync"
	"time"
)

// appendRun is one Append under way. Offsets are of the file:
//
//	start ≤ synced ≤ written ≤ end,  start ≤ fed ≤ end
type appendRun struct {
	a *appender

	mu       sync.Mutex
	toWrite  *sync.Cond // there is something to write
	toFeed   *sync.Cond // there is something for tee
	room     *sync.Cond // a chunk was given back
	progress *sync.Cond // more is durable, or the writer has stopped
	chunks   []*chunk   // in order; what is neither written nor fed yet
	end      int64      // read so far
	written  int64
	synced   int64
	fed      int64
	wanted   int64 // durable offset somebody waits for
	done     bool  // nothing more will be read
	stopped  bool  // the writer has ended
	failed   error
	created  bool          // the file's name is not durable yet
	feeder   func()        // starts the goroutine that feeds tee; nil once it has been
	writing  chan struct{} // closed when the writer's goroutine has ended; nil until there is one
	timer    *time.Timer   // runs from the first byte that is not durable
	armed    bool
}

func newAppendRun(a *appender, start int64) *appendRun {
	r := &appendRun{a: a, end: start, written: start, synced: start, fed: start}
	r.toWrite, r.toFeed, r.room, r.progress = sync.NewCond(&r.mu), sync.NewCond(&r.mu), sync.NewCond(&r.mu), sync.NewCond(&r.mu)
	r.timer = time.AfterFunc(time.Hour, r.syncSoon)
	r.timer.Stop()
	return r
}

// read fills chunks from src until it ends.
func (r *appendRun) read(src io.Reader) error {
	defer r.finishReading()
	defer r.timer.Stop()
	for {
		c := r.chunkToFill()
		if c == nil {
			return nil // the writer failed, and says why
		}
		n, err := src.Read(c.buf[c.end-c.base:])
		r.filled(c, n)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *appendRun) finishReading() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done = true
	r.toWrite.Signal()
	r.wakeFeederLocked()
}

// chunkToFill returns the last chunk, or a new one behind it as soon as the others
// have left room for it.
func (r *appendRun) chunkToFill() *chunk {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.failed == nil {
		if last := len(r.chunks) - 1; last >= 0 && !r.chunks[last].full() {
			return r.chunks[last]
		}
		if len(r.chunks) < readAhead/chunkSize {
			c := r.a.blobs.pool.get(alignDown(r.end), r.end)
			r.chunks = append(r.chunks, c)
			return c
		}
		r.room.Wait()
	}
	return nil
}

func (r *appendRun) filled(c *chunk, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.end += int64(n)
	r.end = c.end
	if !r.armed && n > 0 {
		r.armed = true
		r.timer.Reset(syncIn)
	}
	// Nobody is woken for less than is worth it.
	if r.end-r.written > writeAt {
		r.wakeWriterLocked()
	}
	if r.end-r.fed > feedAt {
		r.wakeFeederLocked()
	}
}

// wakeWriterLocked and wakeFeederLocked start the goroutines with the first work there is for
// them: a short body is written by the goroutine that has read it.
func (r *appendRun) wakeWriterLocked() {
	if r.writing != nil {
		r.toWrite.Signal()
		return
	}
	r.writing = make(chan struct{})
	go func() {
		defer close(r.writing)
		r.write()
	}()
}

func (r *appendRun) wakeFeederLocked() {
	if r.feeder != nil {
		r.feeder()
		r.feeder = nil
		return
	}
	r.toFeed.Signal()
}

// finishWriting returns when all that was read is durable, or the storage failed.
func (r *appendRun) finishWriting() {
	r.mu.Lock()
	writing := r.writing
	r.mu.Unlock()
	if writing != nil {
		<-writing
		return
	}
	r.write()
}

// flush waits until what has been read by now is durable.
func (r *appendRun) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	target := r.end
	r.wantLocked(target)
	for r.synced < target && !r.stopped {
		r.progress.Wait()
	}
}

// syncSoon has what has been read made durable without waiting for it: bytes of
// a slow client do not stay in memory until there are enough of them.
func (r *appendRun) syncSoon() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.armed = false
	r.wantLocked(r.end)
}

func (r *appendRun) wantLocked(target int64) {
	r.wanted = max(r.wanted, target)
	if r.wanted > r.synced && !r.done {
		r.wakeWriterLocked()
	}
}

// release gives back the chunks that writer and tee are both done with. The one
// being filled stays.
func (r *appendRun) releaseLocked() {
	for len(r.chunks) > 0 {
		c := r.chunks[0]
		if !c.full() || r.written < c.end || r.fed < c.end {
			return
		}
		r.a.blobs.pool.put(c)
		r.chunks = r.chunks[1:]
		r.room.Signal()
	}
}

// recycle gives everything back at the end: tee has it all, and once the writer
// has stopped too nobody needs it.
func (r *appendRun) recycle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for !r.stopped {
		r.progress.Wait()
	}
	for _, c := range r.chunks {
		r.a.blobs.pool.put(c)
	}
	r.chunks = nil
}

// feed gives tee all that is read, in order.
func (r *appendRun) feed(tee io.Writer) {
	for {
		p := r.nextToFeed()
		if p == nil {
			return
		}
		_, _ = tee.Write(p) // a digest cannot fail
		r.mu.Lock()
		r.fed += int64(len(p))
		r.releaseLocked()
		r.mu.Unlock()
	}
}

func (r *appendRun) nextToFeed() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		for _, c := range r.chunks {
			if c.end > r.fed && (r.done || r.end-r.fed > feedAt) {
				return c.slice(r.fed, c.end)
			}
		}
		if r.done {
			return nil
		}
		r.toFeed.Wait()
	}
}
