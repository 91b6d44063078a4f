package columns

import (
	"context"
	"time"

	"pawl"
)

// Searches bounds how many searches run at the same time. A search that finds little
// reads every file, whatever index it uses; some connections are kept free of them, for
// everything that takes microseconds.
type Searches struct{ running chan struct{} }

// NewSearches returns a bound of at most so many, and at least one.
func NewSearches(most int) Searches { return Searches{make(chan struct{}, max(1, most))} }

// searchTimeout is how long a search may take, waiting included.
const searchTimeout = 10 * time.Second

// Begin waits until a search may run. The caller runs it with the returned context, and
// then calls end.
func (s Searches) Begin(ctx context.Context) (_ context.Context, end func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, searchTimeout)
	select {
	case s.running <- struct{}{}:
		return ctx, func() { cancel(); <-s.running }, nil
	case <-ctx.Done():
		cancel()
		return nil, nil, ctx.Err()
	}
}

// BeginIf is Begin for a list that may have to pass over many files for each that it
// returns; other lists do not wait.
func (s Searches) BeginIf(ctx context.Context, q pawl.FileQuery) (_ context.Context, end func(), err error) {
	if len(q.Words) == 0 && len(q.Types) == 0 && q.State == "" {
		return ctx, func() {}, nil
	}
	return s.Begin(ctx)
}
