package disk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"

	"pawl"
)

// Put stores a small blob. Its file is written at once and made durable together
// with whatever others are being put at the time.
func (b *Blobs) Put(_ context.Context, id pawl.ID, content []byte) error {
	f, err := b.create(id, false)
	if errors.Is(err, fs.ErrExist) && len(content) == 0 {
		_, err := b.settleEmpty(id)
		return err
	}
	if err != nil {
		return translate(err)
	}
	defer f.Close()
	if err := b.putInto(f, id, content); err != nil {
		_ = os.Remove(b.path(id))
		return translate(err)
	}
	b.known.set(id, int64(len(content)))
	return nil
}

func (b *Blobs) putInto(f file, id pawl.ID, content []byte) error {
	if _, err := f.WriteAt(content, 0); err != nil {
		return err
	}
	return b.commits.wait(pendingFile{f, b.folder(id)})
}

// settleEmpty makes an empty file durable that is there already: an empty upload
// being finished again.
func (b *Blobs) settleEmpty(id pawl.ID) (int64, error) {
	f, err := b.open(b.path(id), os.O_RDWR, false)
	if err != nil {
		return 0, translate(err)
	}
	defer f.Close()
	return b.settle(id, f)
}

// groupCommit makes files durable for many callers at a time. One goroutine takes
// all that wait, so that a batch is whatever has come while the last one was
// under way: nobody waits for company.
type groupCommit struct {
	dir     *os.File
	pending chan pendingCommit
	done    sync.WaitGroup
}

type pendingFile struct {
	file   file
	folder string
}

type pendingCommit struct {
	pendingFile
	answer chan error
}

// manyFiles is the batch from which one sync of the whole file system is cheaper
// than two for each file. Large uploads bypass the page cache, so there is little
// else to flush.
const manyFiles = 4

const maxBatch = 256

func newGroupCommit(dir string) *groupCommit {
	g := &groupCommit{pending: make(chan pendingCommit, maxBatch)}
	g.dir, _ = os.Open(dir) // nil: then files are synced one by one
	g.done.Go(g.run)
	return g
}

func (g *groupCommit) close() {
	close(g.pending)
	g.done.Wait()
	if g.dir != nil {
		_ = g.dir.Close()
	}
}

// wait returns when the file, its bytes and its name, is durable.
func (g *groupCommit) wait(f pendingFile) error {
	answer := make(chan error, 1)
	g.pending <- pendingCommit{f, answer}
	return <-answer
}

func (g *groupCommit) run() {
	batch := make([]pendingCommit, 0, maxBatch)
	for first := range g.pending {
		batch = append(batch[:0], first)
		for len(batch) < maxBatch && len(g.pending) > 0 {
			batch = append(batch, <-g.pending)
		}
		g.commit(batch)
	}
}

func (g *groupCommit) commit(batch []pendingCommit) {
	if len(batch) >= manyFiles && g.dir != nil {
		if done, err := syncAll(g.dir); done {
			for _, p := range batch {
				p.answer <- err
			}
			return
		}
	}
	folders := make(map[string]error)
	for _, p := range batch {
		p.answer <- commitOne(p.pendingFile, folders)
	}
}

func commitOne(p pendingFile, folders map[string]error) error {
	if err := p.file.Sync(); err != nil {
		return err
	}
	err, done := folders[p.folder]
	if !done {
		err = syncDir(p.folder)
		folders[p.folder] = err
	}
	return err
}
