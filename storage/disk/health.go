package disk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// health is whether the last write reached the disk.
type health struct {
	mu      sync.Mutex
	failure error // of the last write; nil: it succeeded
	probing sync.Mutex
}

// note remembers how a write or a sync ended, and returns its error. A full disk and
// missing descriptors say nothing of the disk.
func (h *health) note(err error) error {
	if _, ok := errors.AsType[syscall.Errno](err); err != nil && (!ok || isNoSpace(err) || isNoDescriptor(err)) {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failure = err
	return err
}

func (h *health) last() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failure
}

// Ready reports whether blobs can be written. It writes only where the last write has
// failed, to find out whether one succeeds again.
func (b *Blobs) Ready(context.Context) error {
	b.health.probing.Lock()
	defer b.health.probing.Unlock()
	if b.health.last() == nil {
		return nil
	}
	return translate(b.health.note(b.probe()))
}

// probe writes and syncs a file of its own.
func (b *Blobs) probe() error {
	path := filepath.Join(b.dir, ".probe")
	_ = os.Remove(path)
	f, err := b.open(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, false)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	_, err = f.WriteAt([]byte("pawl"), 0)
	return errors.Join(err, f.Sync(), f.Close())
}
