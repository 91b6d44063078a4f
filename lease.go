package pawl

import (
	"context"
	"time"
)

// Leases give each upload to one instance at a time, where several share a
// database. Time is the database's: the instances' clocks may be hours apart.
type Leases interface {
	// Take gives the upload to this instance. Where another that is alive has it,
	// that one is asked to let go, and Take waits for it for as long as wait says; 0
	// tries once and asks nobody. The error is of kind [Locked], or [Unavailable].
	Take(ctx context.Context, id ID, wait time.Duration) (Lease, error)
	// GiveBack lets others have it, those first who wait.
	GiveBack(ctx context.Context, l Lease) error
	// Sure reports whether l cannot have been taken by another instance: this one
	// has shown the database in time that it is alive.
	Sure(l Lease) bool
}

// Lease is the right of an instance to write an upload. Each has a higher
// generation than all before it (a fencing token): what a holder commits after its
// lease was taken is refused by [Tx.Hold]. The zero Lease is that of an instance
// which has the database to itself.
type Lease struct {
	ID         ID
	Generation int64
}
