package uploads

import (
	"context"
	"sync"
	"time"

	"pawl"
)

// leases remembers the leases this instance has. A lease is kept for as long as the upload
// is open here, from one request to the next, and given back when another instance asks
// for it.
type leases struct {
	port pawl.Leases // nil: there is no other instance
	mu   sync.Mutex
	held map[pawl.ID]pawl.Lease
}

// lease returns this instance's lease of an upload; the zero Lease if it needs none.
func (l *leases) lease(id pawl.ID) pawl.Lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held[id]
}

// sure reports whether no other instance can have the upload.
func (l *leases) sure(id pawl.ID) bool {
	if l.port == nil {
		return true
	}
	lease := l.lease(id)
	return lease.Generation > 0 && l.port.Sure(lease)
}

// take takes the lease unless this instance has it. The error is as that of
// pawl.Leases.Take.
func (l *leases) take(ctx context.Context, id pawl.ID, wait time.Duration) error {
	if l.sure(id) {
		return nil
	}
	lease, err := l.port.Take(ctx, id, wait)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = make(map[pawl.ID]pawl.Lease)
	}
	l.held[id] = lease
	return nil
}

// giveBack gives the lease back. Should that fail, this instance still has it, until
// another one asks for it.
func (l *leases) giveBack(ctx context.Context, id pawl.ID) error {
	lease := l.lease(id)
	if lease.Generation == 0 {
		return nil
	}
	if err := l.port.GiveBack(ctx, lease); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[id] == lease {
		delete(l.held, id)
	}
	return nil
}
