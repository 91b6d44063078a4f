package s3

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
//	cut ≤ stored ≤ end    cut ≤ memStart ≤ end    durable ≤ end
//
// Up to cut everything has been given to parts. What comes after it, up to stored,
// has been given to tails, and from memStart on it is in memory. Memory is kept after
// a tail was made of it, so that the part which takes the tail's place costs no
// download; if it is needed elsewhere, it is given up.
type appender struct {
	blobs   *Blobs
	id      pawl.ID
	writing pawl.Writing
	durable atomic.Int64
	slots   chan struct{} // one for each piece that may be under way

	mu       sync.Mutex
	account  pawl.Manifest // as committed, without its lists
	written  bool          // there is an account
	parts    int           // parts made, those under way included
	number   int           // the last part number used
	cut      int64
	stored   int64
	memStart int64
	end      int64
	tails    []pawl.Tail // from cut on
	memory   [][]byte
	held     time.Time // since when there is something in memory
	crc      uint32    // of what comes after cut
	summed   bool      // crc knows all of it
	mark     pawl.Mark // of the last commit
	marked   bool
	last     *piece        // the one that is committed last
	prepared chan struct{} // closed when there are numbers for parts; nil before the first part
	timer    *time.Timer
	failure  error
	closed   bool
}

// verifyAfter is how old an account is whose multipart upload may have been aborted by
// somebody who cleans up: a rule of the bucket's, or a person.
const verifyAfter = time.Hour

// Appender implements [pawl.Blobs].
func (b *Blobs) Appender(ctx context.Context, id pawl.ID, w pawl.Writing) (pawl.Appender, error) {
	m, there, err := b.account(ctx, id)
	if err != nil {
		return nil, err
	}
	a := &appender{blobs: b, id: id, writing: w, slots: make(chan struct{}, b.Concurrency)}
	if there {
		if err := b.verify(ctx, m); err != nil {
			return nil, err
		}
	}
	a.takeUp(m)
	a.written = there
	return a, nil
}

// verify looks whether what the account says can be there.
func (b *Blobs) verify(ctx context.Context, m pawl.Manifest) error {
	if m.Sealed {
		return nil
	}
	size := partsEnd(m)
	for _, tail := range m.Tails {
		if tail.Place != size {
			size = -1
			break
		}
		size += tail.Size
	}
	if size != m.Size {
		b.Log.ErrorContext(ctx, "an account does not add up", "blob", m.Blob, "size", m.Size, "pieces", size)
		return errAborted
	}
	if m.UploadID == "" || time.Since(m.UpdatedAt) < verifyAfter {
		return nil
	}
	err := b.lookAtUpload(ctx, m.Blob, m.UploadID)
	if pawl.KindOf(err) != pawl.Gone {
		return err
	}
	if completed, headErr := b.completed(ctx, m); completed || headErr != nil {
		return headErr // not written down yet
	}
	return err
}

func (a *appender) takeUp(m pawl.Manifest) {
	a.cut = partsEnd(m)
	if m.Sealed {
		a.cut = m.Size
	}
	a.stored, a.memStart, a.end = m.Size, m.Size, m.Size
	a.parts, a.number, a.tails = len(m.Parts), m.Reserved, m.Tails
	a.summed = len(m.Tails) == 0
	m.Parts, m.Tails = nil, nil
	a.account = m
	a.durable.Store(m.Size)
}

func (a *appender) Offset() int64 { return a.durable.Load() }

// Drain has nothing to wait for: tee has what was read.
func (a *appender) Drain() {}

var scratches = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// Append reads src to its end. Parts go to S3 beside the reading.
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
	if err := a.unusable(); err != nil {
		return err
	}
	if !a.marked {
		a.mark, a.marked = a.writing.Mark(), true
	}
	a.blobs.memory.enter(a)
	a.timer = time.AfterFunc(time.Hour, func() { a.settle(ctx) })
	a.timer.Stop()
	return nil
}

func (a *appender) unusable() error {
	switch {
	case a.failure != nil:
		return a.failure
	case a.closed:
		return errClosed
	case a.account.Sealed:
		return pawl.Errorf(pawl.Conflict, "the blob is whole; nothing can be added")
	}
	return nil
}

func (a *appender) read(ctx context.Context, src io.Reader, tee io.Writer) error {
	scratch := scratches.Get().(*[64 << 10]byte)
	defer scratches.Put(scratch)
	for a.failed() == nil {
		n, err := src.Read(scratch[:min(int64(len(scratch)), a.room())])
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

func (a *appender) failed() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.failure == nil && a.closed {
		return errClosed
	}
	return a.failure
}

var errClosed = pawl.Errorf(pawl.Locked, "the upload was closed meanwhile; try again")

func (a *appender) fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.failure == nil {
		a.failure = err
	}
}

// room is how many bytes fit into the part that is being filled.
func (a *appender) room() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	// A tail can be larger than the part it is to be in: the size that parts have may
	// have been settled on after it.
	return max(1, a.cut+a.partSize()-a.end)
}

// take puts some of p into memory and gives it to tee. When it fills a part, the part
// is on its way.
func (a *appender) take(ctx context.Context, p []byte, tee io.Writer) (int, error) {
	if !a.hasSpace() {
		chunk, err := a.blobs.memory.take(ctx)
		if err != nil {
			return 0, err
		}
		if !a.keep(chunk) {
			a.blobs.memory.give([][]byte{chunk})
			return 0, errClosed
		}
	}
	n, full := a.fill(p, tee)
	if full != nil {
		a.launch(ctx, full)
	}
	return n, nil
}

// keep adds a chunk to the memory, unless that was given up for good meanwhile.
func (a *appender) keep(chunk []byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.closed {
		a.memory = append(a.memory, chunk)
	}
	return !a.closed
}

func (a *appender) hasSpace() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	last := len(a.memory) - 1
	return last >= 0 && len(a.memory[last]) < cap(a.memory[last])
}

// fill copies p to the end of the memory, and makes a piece when there is enough.
func (a *appender) fill(p []byte, tee io.Writer) (n int, full *piece) {
	a.mu.Lock()
	defer a.mu.Unlock()
	last := len(a.memory) - 1
	if last < 0 { // it was put away just now
		return 0, nil
	}
	if a.held.IsZero() {
		a.held = time.Now()
	}
	if a.stored == a.end {
		a.timer.Reset(a.blobs.SettleAfter)
	}
	chunk := a.memory[last]
	n = copy(chunk[len(chunk):cap(chunk)], p)
	a.memory[last] = chunk[:len(chunk)+n]
	a.end += int64(n)
	a.crc = crc32.Update(a.crc, castagnoli, p[:n])
	_, _ = tee.Write(p[:n]) // a digest cannot fail
	switch {
	case a.end >= a.cut+a.partSize():
		return n, a.cutPart()
	case int64(len(a.memory))*chunkSize > holdMost:
		return n, a.cutTail(true)
	}
	return n, nil
}

// holdMost is what one appender keeps in memory of a part that is larger.
const holdMost = 32 << 20

// finish puts away what is left at the end of a body, and waits for all that is under
// way.
func (a *appender) finish(ctx context.Context) error {
	a.mu.Lock()
	a.timer.Stop()
	p := a.cutRest()
	last := a.last
	a.mu.Unlock()
	if p != nil {
		a.launch(ctx, p)
	}
	if last != nil {
		<-last.done
	}
	return a.failed()
}

// cutRest makes a piece of what is left: the last part, if the blob is whole with it.
func (a *appender) cutRest() *piece {
	switch {
	case a.failure != nil || a.closed || a.end == a.cut:
		return nil
	case a.end != a.writing.Length():
		return a.cutTail(false)
	case a.parts == 0 && a.account.UploadID == "":
		return a.cutWhole()
	}
	return a.cutPart()
}

// Sync has what was read become durable, in a tail.
func (a *appender) Sync(ctx context.Context) (int64, error) {
	last := a.settle(context.WithoutCancel(ctx))
	if last != nil {
		<-last.done
	}
	return a.durable.Load(), a.failed()
}

// settle begins to store what is in memory alone, and returns what to wait for.
func (a *appender) settle(ctx context.Context) *piece {
	a.mu.Lock()
	var p *piece
	if a.unusable() == nil {
		p = a.cutTail(false)
	}
	last := a.last
	a.mu.Unlock()
	if p != nil {
		a.launch(ctx, p)
	}
	return last
}

// heldSince is for the budget, which takes from those first who have held the longest.
func (a *appender) heldSince() (time.Time, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.held, len(a.memory) > 0 && !a.held.IsZero()
}

// putAway gives the memory up: at once where it is in tails already.
func (a *appender) putAway() {
	a.mu.Lock()
	p := a.cutTail(true)
	var chunks [][]byte
	if p == nil && (a.stored == a.end || a.failure != nil) && a.quiet() {
		chunks = a.forget()
	}
	a.mu.Unlock()
	a.blobs.memory.give(chunks)
	if p != nil {
		a.launch(context.Background(), p)
	}
}

// quiet reports whether no piece that reads the memory is under way.
func (a *appender) quiet() bool {
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

func (a *appender) forget() [][]byte {
	chunks := a.memory
	a.memory, a.memStart, a.held = nil, a.end, time.Time{}
	return chunks
}

// closeLater gives the memory up when what is under way needs it no more.
func (a *appender) closeLater(last *piece) {
	<-last.done
	a.mu.Lock()
	chunks := a.forget()
	a.mu.Unlock()
	a.blobs.memory.give(chunks)
}

const closeWithin = 10 * time.Second

// Close gives up the memory, and the part numbers that were reserved and not used.
func (a *appender) Close() error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil
	}
	a.closed = true
	var chunks [][]byte
	quiet := a.quiet()
	if quiet {
		chunks = a.forget()
	} else {
		go a.closeLater(a.last)
	}
	number, mark := a.number, a.mark
	unused := quiet && a.failure == nil && !a.account.Sealed && a.account.UploadID != "" && a.account.Reserved > number
	a.mu.Unlock()
	a.blobs.memory.leave(a)
	a.blobs.memory.give(chunks)
	if !unused {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	return a.giveBack(ctx, number, mark)
}

// giveBack lowers the reserve of part numbers to what was used, if the account is
// still that of a blob that grows.
func (a *appender) giveBack(ctx context.Context, number int, mark pawl.Mark) error {
	m, there, err := a.blobs.account(ctx, a.id)
	if err != nil || !there || m.Sealed {
		return err
	}
	m.Reserved = number
	err = a.writing.Commit(ctx, mark, func(tx pawl.Tx) error { return tx.SaveManifest(m) })
	if kind := pawl.KindOf(err); kind == pawl.Locked || kind == pawl.NotFound {
		return nil // the upload is another instance's by now, or has ended
	}
	return err
}
