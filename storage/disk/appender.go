package disk

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"pawl"
)

// appender writes one blob. Its file stays open between requests.
type appender struct {
	blobs   *Blobs
	id      pawl.ID
	file    file          // nil until there is something to write, and while it is closed for being idle
	exists  bool          // the blob is there, in a file or in the journal
	durable atomic.Int64  // size that would survive a power cut
	idle    *list.Element // among the idle files; guarded by their lock

	mu     sync.Mutex
	run    *appendRun // the Append under way
	broken error
	tees   sync.WaitGroup

	// Closed when the tee of the last Append, and of the one before, has everything.
	fed, lagging chan struct{}
}

// Appender opens a blob at its durable end. A blob that is not there gets its
// file with its first byte.
func (b *Blobs) Appender(_ context.Context, id pawl.ID, _ pawl.Writing) (pawl.Appender, error) {
	a := &appender{blobs: b, id: id}
	if content, ok := b.journal.content(id); ok {
		a.exists = true
		a.durable.Store(int64(len(content)))
		return a, nil
	}
	f, err := b.open(b.path(id), os.O_RDWR, b.direct)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if errors.Is(err, syscall.EISDIR) { // joined, and so at its end
		size, err := b.files.joinedSize(b.path(id))
		a.durable.Store(size)
		return a, translate(err)
	}
	if err != nil {
		return nil, translate(err)
	}
	size, err := f.Size()
	if err == nil && !b.sizes.has(id, size) {
		size, err = b.syncFile(id, f)
	}
	if err != nil {
		_ = f.Close()
		return nil, translate(err)
	}
	a.file, a.exists = f, true
	a.durable.Store(size)
	b.files.markIdle(a)
	return a, nil
}

func (a *appender) Offset() int64 { return a.durable.Load() }

// Append writes src past the end. Three work side by side: this goroutine reads,
// one writes to the disk and one feeds tee, so that network, digest and disk
// never wait for each other longer than the slowest takes. The answer does not
// wait for the digest at all: that is wanted at the upload's end.
func (a *appender) Append(_ context.Context, src io.Reader, tee io.Writer) (int64, error) {
	if a.lagging != nil {
		<-a.lagging // or a fast client would fill the memory with what is still to be digested
	}
	start := a.durable.Load()
	r := newAppendRun(a, start)
	if err := a.enter(r, tee); err != nil {
		return 0, err
	}
	defer a.leave()
	srcErr := r.read(src)
	r.finishWriting()
	n := a.durable.Load() - start
	if r.failed != nil {
		return n, r.failed
	}
	return n, srcErr
}

func (a *appender) enter(r *appendRun, tee io.Writer) error {
	a.blobs.files.markBusy(a)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.broken != nil {
		return a.broken
	}
	a.run = r
	r.feeder = a.feedAfter(r, tee)
	return nil
}

// feedAfter feeds tee when the tee of the Append before has everything: it is the
// same digest.
func (a *appender) feedAfter(r *appendRun, tee io.Writer) (start func()) {
	before, fed := a.fed, make(chan struct{})
	a.lagging, a.fed = before, fed
	return func() {
		a.tees.Go(func() {
			defer close(fed)
			if before != nil {
				<-before
			}
			r.feed(tee)
			r.recycle()
		})
	}
}

func (a *appender) Drain() { a.tees.Wait() }

func (a *appender) leave() {
	a.mu.Lock()
	a.run = nil
	idle := a.file != nil && a.broken == nil
	a.mu.Unlock()
	if idle {
		a.blobs.files.markIdle(a)
	}
}

// closeIdle closes the file of an idle upload: its next byte opens it again.
func (a *appender) closeIdle() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.run == nil && a.file != nil {
		_ = a.file.Close() // all that was written is durable
		a.file = nil
	}
}

// Sync makes what has been read so far durable.
func (a *appender) Sync(context.Context) (int64, error) {
	a.mu.Lock()
	r, broken := a.run, a.broken
	a.mu.Unlock()
	if broken != nil {
		return 0, broken
	}
	if r != nil {
		r.flush()
	}
	return a.durable.Load(), nil
}

func (a *appender) Close() error {
	a.blobs.files.markBusy(a)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.broken == nil {
		a.broken = pawl.Errorf(pawl.Locked, "the upload was closed meanwhile; try again")
	}
	if a.file == nil {
		return nil
	}
	return a.file.Close()
}

// ensureFile creates the file when its first byte has come, and opens one that was closed for being idle.
func (a *appender) ensureFile() (created bool, err error) {
	if a.file != nil {
		return false, nil
	}
	if a.exists {
		a.file, err = a.blobs.reopen(a.id, a.durable.Load())
		return false, err
	}
	if a.file, err = a.blobs.create(a.id, a.blobs.direct); err != nil {
		return false, err
	}
	a.exists = true
	return true, nil
}

// reopen opens a blob's file that was open before, or gives one to a blob in the journal.
func (b *Blobs) reopen(id pawl.ID, want int64) (file, error) {
	if err := b.materialise(id); err != nil {
		return nil, err
	}
	f, err := b.open(b.path(id), os.O_RDWR, b.direct)
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err == nil && size != want {
		err = fmt.Errorf("blob %s has %d bytes, and had %d", id, size, want)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// syncTo makes the file durable up to end, and the offset with it. When that
// fails what the page cache still holds is unknown (a second fsync would
// succeed and mean nothing), so the file is cut back to what is known to be safe.
func (a *appender) syncTo(end int64, created bool) error {
	err := a.file.Sync()
	if err == nil && created {
		err = a.blobs.files.syncDir(a.blobs.folder(a.id))
	}
	if a.blobs.health.note(err) == nil {
		a.durable.Store(end)
		a.blobs.sizes.set(a.id, end)
		return nil
	}
	a.blobs.sizes.forget(a.id)
	if cut := errors.Join(a.file.Truncate(a.durable.Load()), a.file.Sync()); cut != nil {
		a.blobs.log.Error("a blob could not be cut back after a failed sync", "blob", a.id, "error", cut)
	}
	return err
}

const (
	writeAt   = 512 << 10       // bytes worth a write of their own while more are coming
	writeMost = 4 << 20         // bytes in one call
	feedAt    = 512 << 10       // bytes worth waking tee for
	readAhead = 8 << 20         // bytes held in memory at most
	syncAt    = 32 << 20        // bytes not durable yet at most
	syncIn    = 2 * time.Second // and how long they wait for more
)
