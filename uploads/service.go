// Package uploads gets files in: it plans, begins, resumes, joins, finishes, aborts and
// expires uploads. Every rule about an upload is here, once; protocols translate to and
// from it.
//
// A protocol that appends opens a [Session]. What only asks, such as a HEAD request, needs
// none: it disturbs nobody.
package uploads

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"pawl"
	"pawl/events"
)

// Service is the use cases of uploads. Its methods are safe for concurrent use.
type Service struct {
	Config
	locks    locks
	leases   leases
	writers  writers
	rowless  idSet        // blobs being written that have no row yet
	full     idSet        // uploads for which there was no space the last time
	unqueued idSet        // uploads whose finish job could not be enqueued
	buffered atomic.Int64 // bytes of memory that buffers hold

	graceMu sync.Mutex
	grace   time.Time // no upload expires before
}

// Config is what a Service requires. Leases may be nil where no other instance uses the
// same database; Observer may be zero.
type Config struct {
	Store    pawl.Store
	Blobs    pawl.Blobs
	Leases   pawl.Leases
	Gates    pawl.Gates
	Policy   pawl.Policy
	Events   *events.Feed
	MaxSize  int64         // bytes; 0: no limit
	Expiry   time.Duration // how long an upload may receive nothing; 0: for ever
	Observer Observer
	Log      *slog.Logger
	Now      func() time.Time
}

// Observer is told what the metrics count; nil functions are skipped.
type Observer struct {
	Ended      func(o pawl.Outcome, size int64, took time.Duration)
	LockWaited func(d time.Duration)
}

func (o Observer) ended(outcome pawl.Outcome, u pawl.Upload, now time.Time) {
	if o.Ended != nil {
		o.Ended(outcome, u.Progress.Offset, now.Sub(u.CreatedAt))
	}
}

// New returns a Service.
func New(c Config) *Service {
	return &Service{Config: c, locks: locks{waited: c.Observer.LockWaited}, leases: leases{port: c.Leases}}
}

// operator is the principal of work that no request asks for.
var operator = pawl.Principal{ID: "pawl", Operator: true}

// commit runs a transaction that records events, and wakes whoever listens for them.
func (u *Service) commit(ctx context.Context, change func(tx pawl.Tx) error) error {
	err := u.Store.Update(ctx, change)
	if err == nil {
		u.Events.Wake()
	}
	return err
}

// commitLocked is commit for a change to an upload by the one who holds its lock.
func (u *Service) commitLocked(ctx context.Context, id pawl.ID, change func(tx pawl.Tx) error) error {
	return u.commit(ctx, u.fenced(id, change))
}

// fenced returns a change that fails with kind [pawl.Locked] unless this instance still
// has the upload's lease.
func (u *Service) fenced(id pawl.ID, change func(tx pawl.Tx) error) func(tx pawl.Tx) error {
	lease := u.leases.lease(id)
	return func(tx pawl.Tx) error {
		if err := tx.Hold(lease); err != nil {
			return err
		}
		return change(tx)
	}
}

// IsWriting reports whether this instance is writing a blob, which may have no row yet.
func (u *Service) IsWriting(id pawl.ID) bool { return u.rowless.has(id) || u.writers.get(id) != nil }
