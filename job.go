package pawl

import (
	"context"
	"time"
)

// JobKind names work that no request waits for.
type JobKind string

// The jobs about one upload, file or blob.
const (
	FinishUpload JobKind = "finish"  // take an upload whose every byte has arrived to its file
	ReclaimBlob  JobKind = "reclaim" // free the bytes of a blob whose row is gone
	DigestFile   JobKind = "digest"  // read a file whose digest is not known yet
)

// JobKinds is all of them.
var JobKinds = []JobKind{FinishUpload, ReclaimBlob, DigestFile}

// Job is work to be done once the transaction that asks for it is committed, and
// again until it has succeeded. It can be done more than once, also by two at a
// time: an instance that seems to be gone may still be at it.
//
// A job of the same kind and id that waits for a later time, or to be tried again, is
// brought forward. One that is running is followed by another.
type Job struct {
	Kind JobKind
	ID   ID
	At   time.Time // the zero time: at once
}

// Task does a job. An error means that it is to be tried again, later each time; what
// has become of it otherwise, and that there is nothing to do any more, is nil.
type Task func(ctx context.Context, id ID) error

// Periodic is work that comes again and again.
type Periodic struct {
	Name  string // unique, [a-z_]+, no [JobKind]
	Every time.Duration
	Do    func(ctx context.Context) error
}

// Jobs has work done that was asked for with [Tx.Enqueue]. In a cluster each job is
// given to one instance.
type Jobs interface {
	// Work does jobs until ctx ends. Those under way then may come to their end for a
	// few seconds; after that their ctx ends, and Work returns when they have. Each
	// of the periodic is run by one instance of all, soon after the first has started,
	// and then at its interval; while it still runs, its turns are left out.
	Work(ctx context.Context, tasks map[JobKind]Task, periodic []Periodic)
	// Waiting counts the jobs of each kind that are not done yet.
	Waiting(ctx context.Context) (map[JobKind]int, error)
}
