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

// live is an upload this instance has open: its row, its blob's appender and its
// digest stay at hand from one request to the next, so that a chunk costs no
// query and no second read. Only the holder of the upload's lock changes it;
// anybody may look.
type live struct {
	out    pawl.Appender
	digest *digest.Digest
	head   []byte      // the first HeadBytes, for the content gates
	booked atomic.Bool // the storage writes progress down as it goes, see Writing.Commit

	mu     sync.Mutex  // guards what is below
	upload pawl.Upload // Progress as last written down
	used   time.Time   // when a request last had it
	saved  time.Time   // when its progress was last written down
}

// takeUp opens an upload where its blob ends.
func (u *Service) takeUp(ctx context.Context, row pawl.Upload) (_ *live, err error) {
	now := u.Now()
	l := &live{upload: row, used: now, saved: now}
	l.out, err = u.Blobs.Appender(ctx, row.ID, u.writing(l))
	if err != nil {
		return nil, err
	}
	if err := l.takeUp(ctx, u.Blobs); err != nil {
		_ = l.out.Close()
		return nil, err
	}
	return l, nil
}

func (l *live) takeUp(ctx context.Context, blobs pawl.Blobs) (err error) {
	size := l.out.Offset()
	if size < l.upload.Progress.Offset {
		return errLost
	}
	if l.digest, err = digest.Resume(ctx, blobs, l.upload, size); err != nil {
		return err
	}
	if size > 0 && !l.judged() && l.upload.Kind != pawl.Partial {
		l.head, err = readHead(ctx, blobs, l.upload.ID)
	}
	return err
}

// writing is what the storage needs to know to write an upload's blob.
func (u *Service) writing(l *live) pawl.Writing {
	return pawl.Writing{
		Length: func() int64 { return l.row().Length },
		Mark: func() pawl.Mark {
			n, state := l.digest.State()
			return pawl.Mark{Offset: n, Digest: state}
		},
		Commit: func(ctx context.Context, m pawl.Mark, remember func(pawl.Tx) error) error {
			l.booked.Store(true)
			p := pawl.Progress{Offset: m.Offset, DigestOffset: m.Offset, DigestState: m.Digest}
			return u.saveProgress(ctx, l, p, remember)
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

// judged reports whether the content gates have let the upload pass.
func (l *live) judged() bool { return l.row().Progress.FoundType != "" }

func (l *live) row() pawl.Upload {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.upload
}

// snapshot is the upload with its durable offset as of now.
func (l *live) snapshot() pawl.Upload {
	u := l.row()
	u.Progress.Offset = l.out.Offset()
	return u
}

func (l *live) change(now time.Time, change func(u *pawl.Upload)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used = now
	change(&l.upload)
}

func (l *live) lastUsed() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.used
}

// since tells how long ago a request last had the upload, and how long ago its
// progress was written down.
func (l *live) since(now time.Time) (used, saved time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Sub(l.used), now.Sub(l.saved)
}

// progress is what there is to write down, and whether it is news. The digest is
// looked at first: it may be ahead of what is durable, and a state saved for bytes
// that a crash takes back would be a digest of bytes the client may send otherwise
// the next time.
func (l *live) progress(ctx context.Context) (p pawl.Progress, news bool, err error) {
	saved := l.row().Progress
	p.FoundType = saved.FoundType
	p.DigestOffset, p.DigestState = l.digest.State()
	p.Offset, err = l.out.Sync(ctx)
	return p, p.Offset != saved.Offset || p.DigestOffset != saved.DigestOffset, err
}

// liveSet is every upload this instance has open.
type liveSet struct {
	mu   sync.Mutex
	byID map[pawl.ID]*live
}

func (s *liveSet) get(id pawl.ID) *live {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[id]
}

func (s *liveSet) put(id pawl.ID, l *live) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = make(map[pawl.ID]*live)
	}
	s.byID[id] = l
}

// drop forgets an upload and closes its blob.
func (s *liveSet) drop(id pawl.ID) {
	s.mu.Lock()
	l := s.byID[id]
	delete(s.byID, id)
	s.mu.Unlock()
	if l != nil {
		_ = l.out.Close()
	}
}

func (s *liveSet) all() []*live {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*live, 0, len(s.byID))
	for _, l := range s.byID {
		all = append(all, l)
	}
	return all
}
