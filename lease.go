package pawl

import (
	"context"
	"time"
)

// Leases lend each upload to one instance at a time, where several share a database. Time is
// the database's: the instances' clocks may be hours apart.
type Leases interface {
	// Take takes the upload's lease for this instance. If another instance that is alive
	// has it, Take asks that one to give it back, and waits as long as wait for it; 0 tries
	// once and asks nobody. The error is of kind [Locked], or [Unavailable].
	Take(ctx context.Context, id ID, wait time.Duration) (Lease, error)
	// GiveBack gives the lease back; instances that wait for it are told.
	GiveBack(ctx context.Context, l Lease) error
	// Sure reports whether no other instance can have taken l: this one has shown the
	// database in time that it is alive.
	Sure(l Lease) bool
}

// Lease is the right of an instance to write an upload. Each has a higher generation than
// all before it (a fencing token): after a lease was taken, [Tx.Hold] fails the commits of
// its former holder. The zero Lease is that of an instance that has the database to itself.
type Lease struct {
	ID         ID
	Generation int64
}
