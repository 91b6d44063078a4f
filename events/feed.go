// Package events lets readers follow what happens to uploads and files, from any point on.
package events

import (
	"context"
	"sync"

	"pawl"
)

// Events let a reader follow what happens, from any point on.
type Feed struct {
	store  pawl.Store
	policy pawl.Policy

	mu      sync.Mutex
	changed chan struct{}
}

// NewEvents makes the use cases ready.
func New(store pawl.Store, policy pawl.Policy) *Feed {
	return &Feed{store: store, policy: policy, changed: make(chan struct{})}
}

// Since lists what happened after seq, oldest first, of what p may read. next is
// where to go on from: events of others are skipped, not repeated.
func (e *Feed) Since(ctx context.Context, p pawl.Principal, after int64, limit int) (events []pawl.Event, next int64, err error) {
	if err := e.policy(p, pawl.ActRead, p.ID); err != nil {
		return nil, after, err
	}
	all, err := e.store.Events(ctx, after, limit)
	if err != nil {
		return nil, after, err
	}
	for _, event := range all {
		after = event.Seq
		if e.policy(p, pawl.ActRead, event.Owner) == nil {
			events = append(events, event)
		}
	}
	return events, after, nil
}

// Span returns the numbers of the oldest event that is still kept and of the newest, of
// all owners. A principal that may not read any event gets an error.
func (e *Feed) Span(ctx context.Context, p pawl.Principal) (oldest, newest int64, err error) {
	if err := e.policy(p, pawl.ActRead, p.ID); err != nil {
		return 0, 0, err
	}
	return e.store.EventSpan(ctx)
}

// Changed is closed as soon as something new may have happened. Ask for it before
// asking Since, so that nothing slips between the two.
func (e *Feed) Changed() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.changed
}

// Wake tells readers that something may have been recorded, here or by another instance.
func (e *Feed) Wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.changed)
	e.changed = make(chan struct{})
}
