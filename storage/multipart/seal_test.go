package multipart_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pawl"
	"pawl/db/sqlite"
	"pawl/storage/multipart"
)

// lateRemote is a remote that shows a completed object only a moment after its multipart
// upload is gone.
type lateRemote struct {
	*memoryRemote
	mu    sync.Mutex
	until time.Time
}

const late = 300 * time.Millisecond

func (r *lateRemote) CompleteUpload(ctx context.Context, u multipart.Upload, parts []pawl.Part) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until = time.Now().Add(late)
	return r.memoryRemote.CompleteUpload(ctx, u, parts)
}

func (r *lateRemote) HeadObject(ctx context.Context, key string) (multipart.Object, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Now().Before(r.until) {
		return multipart.Object{}, pawl.Errorf(pawl.NotFound, "no such object")
	}
	return r.memoryRemote.HeadObject(ctx, key)
}

// deafStore is a database that does not commit while it is told so.
type deafStore struct {
	*sqlite.Store
	deaf atomic.Bool
}

func (s *deafStore) Update(ctx context.Context, fn func(pawl.Tx) error) error {
	if s.deaf.Load() {
		return pawl.Because(errors.New("connection refused"), pawl.Unavailable, "the database is not available")
	}
	return s.Store.Update(ctx, fn)
}

// TestSealBesideAnotherSeal seals a blob whose multipart upload another call has completed
// without having saved that, and whose object is not to be seen yet. Nothing is lost.
func TestSealBesideAnotherSeal(t *testing.T) {
	store := &deafStore{Store: database(t)}
	blobs := multipart.Open(multipart.Config{
		Remote: &lateRemote{memoryRemote: newMemoryRemote()}, Manifests: store, PartSize: 128 << 10, Memory: 4 << 20,
	})
	t.Cleanup(func() { _ = blobs.Close() })
	content := noise(5, 300<<10)
	id := appendTo(t, blobs, store, content)

	store.deaf.Store(true)
	if err := blobs.Seal(t.Context(), id); pawl.KindOf(err) != pawl.Unavailable {
		t.Fatalf("a seal that cannot be saved: %v", err)
	}
	store.deaf.Store(false)
	if err := blobs.Seal(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if size, err := blobs.Size(t.Context(), id); size != int64(len(content)) || err != nil {
		t.Errorf("%d bytes, %v", size, err)
	}
}
