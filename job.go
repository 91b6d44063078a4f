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

// JobKinds lists all kinds of job.
var JobKinds = []JobKind{FinishUpload, ReclaimBlob, DigestFile}

// Job is work to be done once the transaction that enqueues it is committed, and again until
// it has succeeded. It can be done more than once, also by two instances at a time: one that
// seems to be gone may still be at it.
//
// A job of the same kind and id that waits for a later time, or to be tried again, is
// brought forward. One that is running is followed by another.
type Job struct {
	Kind JobKind
	ID   ID
	At   time.Time // the zero time: at once
}

// Task does a job. After an error it is tried again, later each time. That there is nothing
// to do any more is no error.
type Task func(ctx context.Context, id ID) error

// Periodic is work that is done again and again.
type Periodic struct {
	Name  string // unique, [a-z_]+, no [JobKind]
	Every time.Duration
	Do    func(ctx context.Context) error
}

// Jobs runs the jobs that were enqueued with [Tx.Enqueue], each on one instance of all.
type Jobs interface {
	// Work does jobs until ctx ends. Those under way then have a few seconds to end; after
	// that their ctx ends, and Work returns when they have returned. Each of the periodic
	// is run by one instance of all, soon after the first has started, and then at its
	// interval; while it still runs, its turns are skipped.
	Work(ctx context.Context, tasks map[JobKind]Task, periodic []Periodic)
	// Waiting returns how many jobs of each kind are not done yet.
	Waiting(ctx context.Context) (map[JobKind]int, error)
}
