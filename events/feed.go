// Package events lets readers follow what happens to uploads and files, from any point on.
package events

import (
	"context"
	"sync"

	"pawl"
)

// Feed is the recorded events, as those who may read them see them. Its methods are safe
// for concurrent use.
type Feed struct {
	store  pawl.Store
	policy pawl.Policy

	mu      sync.Mutex
	changed chan struct{}
}

// New returns the feed of what store has recorded.
func New(store pawl.Store, policy pawl.Policy) *Feed {
	return &Feed{store: store, policy: policy, changed: make(chan struct{})}
}

// Since returns events that happened after seq, oldest first, of what p may read, and the
// seq to continue from. It reads at most limit events; those of others among them are left
// out, and not read again.
func (f *Feed) Since(ctx context.Context, p pawl.Principal, after int64, limit int) (events []pawl.Event, next int64, err error) {
	if err := f.policy(p, pawl.ActRead, p.ID); err != nil {
		return nil, after, err
	}
	all, err := f.store.Events(ctx, after, limit)
	if err != nil {
		return nil, after, err
	}
	for _, event := range all {
		after = event.Seq
		if f.policy(p, pawl.ActRead, event.Owner) == nil {
			events = append(events, event)
		}
	}
	return events, after, nil
}

// Span returns the seqs of the oldest event that is still kept and of the newest, of all
// owners. The error is the policy's if p may not read any event.
func (f *Feed) Span(ctx context.Context, p pawl.Principal) (oldest, newest int64, err error) {
	if err := f.policy(p, pawl.ActRead, p.ID); err != nil {
		return 0, 0, err
	}
	return f.store.EventSpan(ctx)
}

// Changed returns a channel that is closed when there may be new events. Call it before
// Since, so that no event is missed between the two.
func (f *Feed) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

// Wake tells readers that there may be new events, recorded here or by another instance.
func (f *Feed) Wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.changed)
	f.changed = make(chan struct{})
}
