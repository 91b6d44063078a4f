package disk

import (
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"pawl"
)

// journal makes small blobs durable at the price of one write and one sync for
// all that come at a time. A file of its own for each would cost two commits of
// the file system's own journal, the name's and the size's, while everybody waits.
//
// Blobs are appended to one of two segments, whose blocks were written long ago,
// so that syncing them changes no metadata. Right after, in the background, each
// gets its own file through the page cache. When a segment is full, the other one
// takes over, as soon as all files of its blobs are durable. Whatever a crash
// finds in a segment is given its file again at the next start.
type journal struct {
	blobs    *Blobs
	log      *slog.Logger
	segments [2]*segment
	active   int // of segments: the one being written; only run touches it
	adds     chan *entry
	done     sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond
	pending map[pawl.ID]*entry // in the journal, and not in a file yet
	queue   []step             // what is left to do for the segments, in order
	stuck   error              // why the first of it cannot be done
	closing bool
}

// entry is a blob on its way through the journal.
type entry struct {
	id      pawl.ID
	content []byte
	answer  chan error

	mu   sync.Mutex // taken before the journal's, which guards content
	gone bool       // written out, or deleted before it could be
}

// step is either a blob that needs its file, or the end of a segment, all of
// whose blobs have theirs by then.
type step struct {
	entry   *entry
	segment *segment
}

const (
	maxRecord = 1 << 20
	maxBatch  = 4 << 20 // bytes journalled in one write
	maxWaits  = 1024    // callers that wait at the same time
	retryIn   = time.Second
)

// openJournal replays what a crash left and gets ready for more.
func openJournal(b *Blobs, dir string) (*journal, error) {
	j := &journal{blobs: b, log: b.log, pending: make(map[pawl.ID]*entry), adds: make(chan *entry, maxWaits)}
	j.changed = sync.NewCond(&j.mu)
	for i, name := range []string{"journal-a", "journal-b"} {
		j.segments[i] = &segment{path: filepath.Join(dir, name), files: b.files, clean: true, direct: b.direct}
	}
	if err := j.replay(); err != nil {
		return nil, err
	}
	j.done.Go(j.run)
	j.done.Go(j.writeFiles)
	return j, nil
}

// close lets blobs get their files; one that cannot is left to the next start.
func (j *journal) close() error {
	if j.adds == nil { // somebody else's
		return nil
	}
	close(j.adds)
	j.done.Wait()
	var err error
	if len(j.queue) == 0 {
		err = j.startOver()
	}
	return errors.Join(err, j.segments[0].close(), j.segments[1].close())
}

// startOver empties the journal, once every blob has its file.
func (j *journal) startOver() error {
	if !j.segments[0].begun() && !j.segments[1].begun() {
		return nil
	}
	if err := j.blobs.syncAll(); err != nil {
		return err
	}
	return errors.Join(j.segments[0].erase(), j.segments[1].erase())
}

// add returns when the blob is durable.
func (j *journal) add(e *entry) error {
	if j.adds == nil {
		return errors.ErrUnsupported
	}
	j.adds <- e
	return <-e.answer
}

// run takes all that have come while the last batch was being written: nobody
// waits for company.
func (j *journal) run() {
	defer j.end()
	var batch []*entry
	for first := range j.adds {
		batch = append(batch[:0], first)
		size := recordSize(first)
		for size < maxBatch && len(j.adds) > 0 {
			e := <-j.adds
			batch = append(batch, e)
			size += recordSize(e)
		}
		err := j.write(batch)
		for _, e := range batch {
			e.answer <- err
		}
	}
}

// write makes a batch durable. While blobs cannot get their files (the disk is
// full, say) it takes no more of them.
func (j *journal) write(batch []*entry) error {
	if err := j.isStuck(); err != nil {
		return err
	}
	if err := j.begin(); err != nil {
		return err
	}
	err := j.segments[j.active].append(batch)
	if errors.Is(err, errSegmentFull) {
		if err = j.rotate(); err == nil {
			err = j.segments[j.active].append(batch)
		}
	}
	if err == nil {
		j.hold(batch)
	}
	return j.blobs.health.note(err)
}

// begin starts the first segment of this process's time.
func (j *journal) begin() error {
	first := j.segments[j.active]
	if first.next != 0 {
		return nil
	}
	if err := j.awaitClean(first); err != nil {
		return err
	}
	// No turn before had this number, whatever became of its records since.
	return first.begin(uint64(time.Now().UnixNano()))
}

// awaitClean waits until all blobs of a segment have durable files.
func (j *journal) awaitClean(s *segment) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for !s.clean && j.stuck == nil {
		j.changed.Wait()
	}
	if s.clean {
		return nil
	}
	return j.stuck
}

// rotate turns to the other segment, whose blobs have had the whole of this one's
// time to get their files.
func (j *journal) rotate() error {
	full, other := j.segments[j.active], j.segments[1-j.active]
	if err := j.awaitClean(other); err != nil {
		return err
	}
	j.mu.Lock()
	full.clean = false
	j.queue = append(j.queue, step{segment: full})
	j.changed.Broadcast()
	j.mu.Unlock()
	j.active = 1 - j.active
	return other.begin(full.generation + 1)
}

func (j *journal) hold(batch []*entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range batch {
		j.pending[e.id] = e
		j.queue = append(j.queue, step{entry: e})
	}
	j.changed.Broadcast()
}

func (j *journal) end() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closing = true
	j.changed.Broadcast()
}

func (j *journal) isStuck() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.stuck
}

func (j *journal) find(id pawl.ID) *entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.pending[id]
}

// content returns the bytes of a blob that has no file yet: it is read from here, as
// there may be no room for a file.
func (j *journal) content(id pawl.ID) (content []byte, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e, ok := j.pending[id]
	if !ok {
		return nil, false
	}
	return e.content, true
}

// sizes returns the sizes of all blobs that have no file yet.
func (j *journal) sizes() map[pawl.ID]int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	sizes := make(map[pawl.ID]int64, len(j.pending))
	for id, e := range j.pending {
		sizes[id] = int64(len(e.content))
	}
	return sizes
}

// writeFiles gives blobs their files, in a goroutine of its own. What cannot be done is
// safe in the journal and tried again: no segment is reused before.
func (j *journal) writeFiles() {
	for {
		next, ok := j.nextStep()
		if !ok {
			return
		}
		err := j.blobs.health.note(j.do(next))
		if j.report(err) {
			return
		}
		if err != nil {
			j.log.Error("small files are waiting in the journal", "error", err)
			time.Sleep(retryIn)
		}
	}
}

func (j *journal) nextStep() (next step, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for len(j.queue) == 0 && !j.closing {
		j.changed.Wait()
	}
	if len(j.queue) == 0 {
		return step{}, false
	}
	return j.queue[0], true
}

func (j *journal) do(s step) error {
	if s.entry != nil {
		return j.materialise(s.entry)
	}
	err := j.blobs.syncAll()
	if err == nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		s.segment.clean = true
	}
	return err
}

// report takes a step that is done off the queue, or says why it is not. It tells
// whether to give up: that is the case when the server stops.
func (j *journal) report(err error) (giveUp bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stuck = err; err == nil {
		j.queue = j.queue[1:]
	}
	j.changed.Broadcast()
	return err != nil && j.closing
}

// materialise gives a blob its file, unless that has happened.
func (j *journal) materialise(e *entry) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.gone {
		if err := j.blobs.writeOut(e.id, e.content); err != nil {
			return err
		}
	}
	j.forget(e)
	return nil
}

// cancel makes sure that a deleted blob gets no file.
func (j *journal) cancel(e *entry) {
	e.mu.Lock()
	defer e.mu.Unlock()
	j.forget(e)
}

func (j *journal) forget(e *entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.gone, e.content = true, nil
	delete(j.pending, e.id)
}

// replay takes up the blobs of both segments. They get their files like new ones,
// so that a start does not fail for want of room, and no segment is used again
// before they have them.
func (j *journal) replay() error {
	for _, s := range j.segments {
		var found []*entry
		err := s.read(func(id pawl.ID, content []byte) { found = append(found, &entry{id: id, content: content}) })
		if errors.Is(err, fs.ErrNotExist) || err == nil && len(found) == 0 {
			continue
		}
		if err != nil {
			return err
		}
		j.log.Info("small files are taken from the journal", "files", len(found))
		j.hold(found)
		s.clean = false
		j.queue = append(j.queue, step{segment: s})
	}
	return nil
}
