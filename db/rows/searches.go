package rows

import (
	"context"
	"time"

	"pawl"
)

// Searches bounds how many searches run at the same time. A search that finds little
// reads every file, whatever index it uses; some connections are left free of them, for
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

// search is [read] for a search.
func search[T any](ctx context.Context, r Reader, doing string, fn func(context.Context, Queries) (T, error)) (T, error) {
	ctx, end, err := r.searches.Begin(ctx)
	if err != nil {
		var none T
		return none, r.dialect.Translate("wait to "+doing, err)
	}
	defer end()
	return read(ctx, r.read, doing, fn)
}

// isSearch reports whether a list may have to pass over many files for each that it
// returns.
func isSearch(q pawl.FileQuery) bool { return len(q.Words) > 0 || len(q.Types) > 0 || q.State != "" }
