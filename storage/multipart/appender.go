package multipart

import (
	"context"
	"hash/crc32"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"pawl"
)

// appender writes one blob. Offsets in it are of the blob:
//
//	partStart ≤ flushed ≤ end    partStart ≤ bufStart ≤ end    durable ≤ end
//
// Up to partStart everything has been given to parts. What comes after it, up to
// flushed, has been given to tails, and from bufStart on it is in memory. Memory is
// retained after a tail was made of it, so that the part which replaces the tail costs
// no download; if it is needed elsewhere, it is released.
type appender struct {
	blobs   *Blobs
	id      pawl.ID
	writing pawl.Writing
	durable atomic.Int64
	slots   chan struct{} // one for each part that may be sent at a time

	mu        sync.Mutex
	manifest  pawl.Manifest // as committed, without its lists
	saved     bool          // there is a manifest in the database
	partCount int           // full parts made, those being sent included
	number    int           // the last part number used
	partStart int64
	flushed   int64
	bufStart  int64
	end       int64
	tails     []pawl.Tail // from partStart on
	buffers   [][]byte
	held      time.Time // since when there is something in buffers
	crc       uint32    // of what comes after partStart
	crcKnown  bool      // crc covers all of it
	mark      pawl.Mark // of the last commit
	marked    bool
	last      *part         // the one that is committed last
	reserved  chan struct{} // closed when part numbers are reserved; nil before the first full part
	timer     *time.Timer
	failure   error
	closed    bool
}

// verifyAfter is how old a manifest is whose multipart upload may have been aborted by
// a lifecycle rule or a person.
const verifyAfter = time.Hour

// Appender implements [pawl.Blobs]. It reads the manifest once.
func (b *Blobs) Appender(ctx context.Context, id pawl.ID, w pawl.Writing) (pawl.Appender, error) {
	m, there, err := b.manifest(ctx, id)
	if err != nil {
		return nil, err
	}
	if there {
		if err := b.verify(ctx, m); err != nil {
			return nil, err
		}
	}
	a := &appender{blobs: b, id: id, writing: w, slots: make(chan struct{}, b.config.Concurrency), saved: there}
	a.resume(m)
	return a, nil
}

// verify checks whether what the manifest says can be there.
func (b *Blobs) verify(ctx context.Context, m pawl.Manifest) error {
	if m.Sealed {
		return nil
	}
	size := partsSize(m)
	for _, tail := range m.Tails {
		if tail.Place != size {
			size = -1
			break
		}
		size += tail.Size
	}
	if size != m.Size {
		b.log.ErrorContext(ctx, "a manifest does not add up", "blob", m.Blob, "size", m.Size, "parts and tails", size)
		return ErrUploadGone
	}
	if m.UploadID == "" || time.Since(m.UpdatedAt) < verifyAfter {
		return nil
	}
	err := b.remote.CheckUpload(ctx, b.upload(m))
	if pawl.KindOf(err) != pawl.Gone {
		return err
	}
	if completed, headErr := b.completed(ctx, m); completed || headErr != nil {
		return headErr // not written down yet
	}
	return err
}

// resume continues from the end that a manifest says.
func (a *appender) resume(m pawl.Manifest) {
	a.partStart = partsSize(m)
	if m.Sealed {
		a.partStart = m.Size
	}
	a.flushed, a.bufStart, a.end = m.Size, m.Size, m.Size
	a.partCount, a.number, a.tails = len(m.Parts), m.Reserved, m.Tails
	a.crcKnown = len(m.Tails) == 0
	m.Parts, m.Tails = nil, nil
	a.manifest = m
	a.durable.Store(m.Size)
}

func (a *appender) Offset() int64 { return a.durable.Load() }

// Drain has nothing to wait for: tee has what was read.
func (a *appender) Drain() {}

var scratches = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// Append reads src to its end. Parts are sent while it reads.
func (a *appender) Append(ctx context.Context, src io.Reader, tee io.Writer) (int64, error) {
	ctx = context.WithoutCancel(ctx)
	start := a.durable.Load()
	if err := a.begin(ctx); err != nil {
		return 0, err
	}
	srcErr := a.read(ctx, src, tee)
	err := a.finish(ctx)
	n := a.durable.Load() - start
	if err != nil {
		return n, err
	}
	return n, srcErr
}

func (a *appender) begin(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.unusableLocked(); err != nil {
		return err
	}
	if !a.marked {
		a.mark, a.marked = a.writing.Mark(), true
	}
	a.blobs.memory.addHolder(a)
	a.timer = time.AfterFunc(time.Hour, func() { a.flush(ctx) })
	a.timer.Stop()
	return nil
}

func (a *appender) unusableLocked() error {
	switch {
	case a.failure != nil:
		return a.failure
	case a.closed:
		return errClosed
	case a.manifest.Sealed:
		return pawl.Errorf(pawl.Conflict, "the blob is sealed; nothing can be appended")
	}
	return nil
}

func (a *appender) read(ctx context.Context, src io.Reader, tee io.Writer) error {
	scratch := scratches.Get().(*[64 << 10]byte)
	defer scratches.Put(scratch)
	for a.failed() == nil {
		n, err := src.Read(scratch[:min(int64(len(scratch)), a.roomInPart())])
		for p := scratch[:n]; len(p) > 0 && a.failed() == nil; {
			taken, takeErr := a.take(ctx, p, tee)
			if takeErr != nil {
				a.fail(takeErr)
			}
			p = p[taken:]
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errClosed = pawl.Errorf(pawl.Locked, "the upload was closed meanwhile; try again")

func (a *appender) failed() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.failure == nil && a.closed {
		return errClosed
	}
	return a.failure
}

func (a *appender) fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.failure == nil {
		a.failure = err
	}
}

// roomInPart returns how many bytes fit into the part that is being filled.
func (a *appender) roomInPart() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	// Tails can be longer than the part they are to be in: the size that parts have may
	// have been decided after them.
	return max(1, a.partStart+a.partSizeLocked()-a.end)
}

// take copies the beginning of p to memory and to tee. When it fills a part, it starts
// to send that.
func (a *appender) take(ctx context.Context, p []byte, tee io.Writer) (int, error) {
	if !a.hasSpace() {
		buffer, err := a.blobs.memory.get(ctx)
		if err != nil {
			return 0, err
		}
		if !a.addBuffer(buffer) {
			a.blobs.memory.put([][]byte{buffer})
			return 0, errClosed
		}
	}
	n, full := a.fill(p, tee)
	if full != nil {
		a.send(ctx, full)
	}
	return n, nil
}

// addBuffer adds a buffer, unless the appender was closed meanwhile.
func (a *appender) addBuffer(buffer []byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.closed {
		a.buffers = append(a.buffers, buffer)
	}
	return !a.closed
}

func (a *appender) hasSpace() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	last := len(a.buffers) - 1
	return last >= 0 && len(a.buffers[last]) < cap(a.buffers[last])
}

// maxHeld is how much memory one appender holds of a part that is larger.
const maxHeld = 32 << 20

// fill copies p to the last buffer, and returns a part when there is enough for one.
func (a *appender) fill(p []byte, tee io.Writer) (n int, full *part) {
	a.mu.Lock()
	defer a.mu.Unlock()
	last := len(a.buffers) - 1
	if last < 0 { // evicted just now
		return 0, nil
	}
	if a.held.IsZero() {
		a.held = time.Now()
	}
	if a.flushed == a.end {
		a.timer.Reset(a.blobs.config.FlushAfter)
	}
	buffer := a.buffers[last]
	n = copy(buffer[len(buffer):cap(buffer)], p)
	a.buffers[last] = buffer[:len(buffer)+n]
	a.end += int64(n)
	a.crc = crc32.Update(a.crc, castagnoli, p[:n])
	_, _ = tee.Write(p[:n]) // a digest cannot fail
	switch {
	case a.end >= a.partStart+a.partSizeLocked():
		return n, a.newPartLocked()
	case int64(len(a.buffers))*bufferSize > maxHeld:
		return n, a.newTailLocked(true)
	}
	return n, nil
}

// finish sends what is left at the end of a body, and waits for all parts.
func (a *appender) finish(ctx context.Context) error {
	a.mu.Lock()
	a.timer.Stop()
	p := a.restLocked()
	last := a.last
	a.mu.Unlock()
	if p != nil {
		a.send(ctx, p)
	}
	if last != nil {
		<-last.done
	}
	return a.failed()
}

// restLocked returns what is left as a part, nil if that is nothing: the last full
// part, if the blob is complete with it.
func (a *appender) restLocked() *part {
	switch {
	case a.failure != nil || a.closed || a.end == a.partStart:
		return nil
	case a.end != a.writing.Length():
		return a.newTailLocked(false)
	case a.partCount == 0 && a.manifest.UploadID == "":
		return a.takeAllLocked(wholeBlob)
	}
	return a.newPartLocked()
}

// Sync makes what was read durable, in a tail.
func (a *appender) Sync(ctx context.Context) (int64, error) {
	last := a.flush(context.WithoutCancel(ctx))
	if last != nil {
		<-last.done
	}
	return a.durable.Load(), a.failed()
}

// flush starts to send what is in memory only, and returns what to wait for.
func (a *appender) flush(ctx context.Context) *part {
	a.mu.Lock()
	var p *part
	if a.unusableLocked() == nil {
		p = a.newTailLocked(false)
	}
	last := a.last
	a.mu.Unlock()
	if p != nil {
		a.send(ctx, p)
	}
	return last
}

// heldSince reports since when the appender has held memory, if it holds any.
func (a *appender) heldSince() (time.Time, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.held, len(a.buffers) > 0 && !a.held.IsZero()
}

// evict releases the memory: at once what is in tails already, the rest when it is.
func (a *appender) evict(ctx context.Context) {
	a.mu.Lock()
	p := a.newTailLocked(true)
	var buffers [][]byte
	if p == nil && (a.flushed == a.end || a.failure != nil) && a.idleLocked() {
		buffers = a.takeBuffersLocked()
	}
	a.mu.Unlock()
	a.blobs.memory.put(buffers)
	if p != nil {
		a.send(ctx, p)
	}
}

// idleLocked reports whether no part that reads the memory is being sent.
func (a *appender) idleLocked() bool {
	if a.last == nil {
		return true
	}
	select {
	case <-a.last.done:
		return true
	default:
		return false
	}
}

func (a *appender) takeBuffersLocked() [][]byte {
	buffers := a.buffers
	a.buffers, a.bufStart, a.held = nil, a.end, time.Time{}
	return buffers
}

// releaseAfter releases the memory when the last part does not need it any more.
func (a *appender) releaseAfter(last *part) {
	<-last.done
	a.mu.Lock()
	buffers := a.takeBuffersLocked()
	a.mu.Unlock()
	a.blobs.memory.put(buffers)
}

const closeWithin = 10 * time.Second

// Close releases the memory, and the part numbers that were reserved and not used.
func (a *appender) Close() error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil
	}
	a.closed = true
	var buffers [][]byte
	idle := a.idleLocked()
	if idle {
		buffers = a.takeBuffersLocked()
	} else {
		last := a.last
		a.blobs.tasks.start(context.Background(), func(context.Context) { a.releaseAfter(last) })
	}
	number, mark := a.number, a.mark
	unused := idle && a.failure == nil && !a.manifest.Sealed && a.manifest.UploadID != "" && a.manifest.Reserved > number
	a.mu.Unlock()
	a.blobs.memory.removeHolder(a)
	a.blobs.memory.put(buffers)
	if !unused {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	return a.unreserve(ctx, number, mark)
}

// unreserve lowers the reserve of part numbers to those that were used, unless the
// blob has been sealed or deleted meanwhile.
func (a *appender) unreserve(ctx context.Context, number int, mark pawl.Mark) error {
	m, there, err := a.blobs.manifest(ctx, a.id)
	if err != nil || !there || m.Sealed {
		return err
	}
	m.Reserved = number
	err = a.commitManifest(ctx, mark, func(tx pawl.Tx) error { return tx.SaveManifest(m) })
	if kind := pawl.KindOf(err); kind == pawl.Locked || kind == pawl.NotFound {
		return nil // the upload is another instance's by now, or has ended
	}
	return err
}
