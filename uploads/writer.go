package uploads

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"pawl"
	"pawl/digest"
)

// writer is an upload that this instance has open: its row, its blob's appender and its
// digest are kept from one request to the next, so that a PATCH costs no query and no
// second read. Only the holder of the upload's lock changes it; anybody may read it.
type writer struct {
	out    pawl.Appender
	digest *digest.Digest
	head   []byte // the first [pawl.HeadBytes], for the content gates
	// commits says that the storage commits progress as it goes, see pawl.Writing.
	commits atomic.Bool

	mu     sync.Mutex  // guards what is below
	upload pawl.Upload // Progress as last saved
	used   time.Time   // when a request last had it
	saved  time.Time   // when its progress was last saved
}

// openWriter opens an upload where its blob ends. The error is of kind [pawl.Gone] where
// that is below the acknowledged offset.
func (u *Service) openWriter(ctx context.Context, row pawl.Upload) (_ *writer, err error) {
	now := u.Now()
	w := &writer{upload: row, used: now, saved: now}
	w.out, err = u.Blobs.Appender(ctx, row.ID, u.writing(w))
	if err != nil {
		return nil, err
	}
	if err := w.resume(ctx, u.Blobs); err != nil {
		_ = w.out.Close()
		return nil, err
	}
	return w, nil
}

// resume brings digest and head to where the blob ends.
func (w *writer) resume(ctx context.Context, blobs pawl.Blobs) (err error) {
	size := w.out.Offset()
	if size < w.upload.Progress.Offset {
		return errLost
	}
	if w.digest, err = digest.Resume(ctx, blobs, w.upload, size); err != nil {
		return err
	}
	if size > 0 && !w.typeKnown() && w.upload.Kind != pawl.Partial {
		w.head, err = readHead(ctx, blobs, w.upload.ID)
	}
	return err
}

// writing returns what the storage needs to know to write an upload's blob.
func (u *Service) writing(w *writer) pawl.Writing {
	return pawl.Writing{
		Length: func() int64 { return w.row().Length },
		Mark: func() pawl.Mark {
			n, state := w.digest.State()
			return pawl.Mark{Offset: n, Digest: state}
		},
		Commit: func(ctx context.Context, m pawl.Mark, remember func(pawl.Tx) error) error {
			w.commits.Store(true)
			p := pawl.Progress{Offset: m.Offset, DigestOffset: m.Offset, DigestState: m.Digest}
			return u.saveProgress(ctx, w, p, remember)
		},
	}
}

func readHead(ctx context.Context, blobs pawl.Blobs, id pawl.ID) ([]byte, error) {
	blob, err := blobs.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return io.ReadAll(io.LimitReader(blob, pawl.HeadBytes))
}

// typeKnown reports whether the content gates have let the upload pass.
func (w *writer) typeKnown() bool { return w.row().Progress.FoundType != "" }

func (w *writer) row() pawl.Upload {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.upload
}

// snapshot returns the upload with its durable offset as of now.
func (w *writer) snapshot() pawl.Upload {
	up := w.row()
	up.Progress.Offset = w.out.Offset()
	return up
}

func (w *writer) change(now time.Time, change func(up *pawl.Upload)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used = now
	change(&w.upload)
}

// touch notes that a request has just had the upload.
func (w *writer) touch(now time.Time) { w.change(now, func(*pawl.Upload) {}) }

func (w *writer) lastUsed() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.used
}

// since returns how long ago a request last had the upload, and how long ago its progress
// was saved.
func (w *writer) since(now time.Time) (used, saved time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return now.Sub(w.used), now.Sub(w.saved)
}

// progress returns what there is to save, and whether it is news. The digest is asked
// first: it may be ahead of what is durable, and a state saved for bytes that a crash takes
// back would be a digest of bytes the client may send otherwise the next time.
func (w *writer) progress(ctx context.Context) (p pawl.Progress, news bool, err error) {
	saved := w.row().Progress
	p.FoundType = saved.FoundType
	p.DigestOffset, p.DigestState = w.digest.State()
	p.Offset, err = w.out.Sync(ctx)
	return p, p.Offset != saved.Offset || p.DigestOffset != saved.DigestOffset, err
}

// writer returns an upload's writer if it is open here, and certainly nowhere else.
func (u *Service) writer(id pawl.ID) *writer {
	if w := u.writers.get(id); w != nil && u.leases.sure(id) {
		return w
	}
	return nil
}

// writers is every upload this instance has open.
type writers struct {
	mu   sync.Mutex
	byID map[pawl.ID]*writer
}

func (s *writers) get(id pawl.ID) *writer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[id]
}

func (s *writers) put(id pawl.ID, w *writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = make(map[pawl.ID]*writer)
	}
	s.byID[id] = w
}

// drop forgets an upload's writer, if there is one, and closes its blob.
func (s *writers) drop(id pawl.ID) {
	s.mu.Lock()
	w := s.byID[id]
	delete(s.byID, id)
	s.mu.Unlock()
	if w != nil {
		_ = w.out.Close()
	}
}

func (s *writers) all() []*writer {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*writer, 0, len(s.byID))
	for _, w := range s.byID {
		all = append(all, w)
	}
	return all
}
