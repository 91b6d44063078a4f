package uploads

import (
	"context"
	"sync"
	"time"

	"pawl"
)

// tenancy keeps the leases this instance has. A lease is kept for as long as the
// upload is open here, from one request to the next, and given back when another
// instance asks for it.
type tenancy struct {
	leases pawl.Leases // nil: no other instance
	mu     sync.Mutex
	held   map[pawl.ID]pawl.Lease
}

// lease is this instance's right to the upload; the zero Lease if it needs none.
func (t *tenancy) lease(id pawl.ID) pawl.Lease {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.held[id]
}

// sure reports whether the upload is certainly this instance's.
func (t *tenancy) sure(id pawl.ID) bool {
	if t.leases == nil {
		return true
	}
	l := t.lease(id)
	return l.Generation > 0 && t.leases.Sure(l)
}

// enter takes the lease unless it is here already.
func (t *tenancy) enter(ctx context.Context, id pawl.ID, wait time.Duration) error {
	if t.sure(id) {
		return nil
	}
	l, err := t.leases.Take(ctx, id, wait)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held == nil {
		t.held = make(map[pawl.ID]pawl.Lease)
	}
	t.held[id] = l
	return nil
}

// leave gives the lease back. Should that fail, it is still here to be given back when
// another instance asks for it.
func (t *tenancy) leave(ctx context.Context, id pawl.ID) error {
	l := t.lease(id)
	if l.Generation == 0 {
		return nil
	}
	if err := t.leases.GiveBack(ctx, l); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[id] == l {
		delete(t.held, id)
	}
	return nil
}
