package postgres

import (
	"cmp"
	"context"
	"math"
	"strings"
	"time"

	"pawl"
	"pawl/db/columns"
	"pawl/db/postgres/internal/query"
)

// Files implements [pawl.Store].
func (s *Store) Files(ctx context.Context, q pawl.FileQuery) ([]pawl.File, error) {
	var list func(context.Context, *query.Queries, pawl.FileQuery) ([]query.File, error)
	switch q.Sort {
	case pawl.ByCreated, "":
		list = filesByCreated
	case pawl.ByName:
		list = filesByName
	case pawl.BySize:
		list = filesBySize
	default:
		return nil, pawl.Errorf(pawl.Invalid, "files cannot be sorted by %q", q.Sort)
	}
	return read(ctx, s, "list files", func(ctx context.Context, queries *query.Queries) ([]pawl.File, error) {
		rows, err := list(ctx, queries, q)
		return many(rows, err, file)
	})
}

func filesByCreated(ctx context.Context, queries *query.Queries, q pawl.FileQuery) ([]query.File, error) {
	from, before := created(q)
	// No id is empty: what is above (from, "") was created at from or later, and
	// what is below (before, "") before it.
	list := span[int64]{place[int64]{from, ""}, place[int64]{before, ""}}
	if q.After != nil {
		list.goOn(columns.Micros(q.After.Created), q.After.ID, q.Ascending)
	}
	exact, family := mediaType(q)
	params := query.FilesByCreatedParams{
		Low: list.low.value, LowID: list.low.id, High: list.high.value, HighID: list.high.id,
		Owner: q.Owner, State: string(q.State), MediaType: exact, MediaFamily: family,
		NamePattern: contains(q.NameContains), Lim: limit(q.Limit),
	}
	if q.Ascending {
		return queries.FilesByCreated(ctx, params)
	}
	return queries.FilesByCreatedDescending(ctx, query.FilesByCreatedDescendingParams(params))
}

// afterEveryName sorts after every name: a name is shorter, and no character is
// greater.
var afterEveryName = strings.Repeat("\U0010FFFF", pawl.MaxNameBytes/4+1)

func filesByName(ctx context.Context, queries *query.Queries, q pawl.FileQuery) ([]query.File, error) {
	list := span[string]{place[string]{"", ""}, place[string]{afterEveryName, ""}}
	if q.After != nil {
		list.goOn(q.After.Name, q.After.ID, q.Ascending)
	}
	from, before := created(q)
	exact, family := mediaType(q)
	params := query.FilesByNameParams{
		Low: list.low.value, LowID: list.low.id, High: list.high.value, HighID: list.high.id,
		AnyTime:     q.CreatedAfter.IsZero() && q.CreatedBefore.IsZero(),
		CreatedFrom: from, CreatedBefore: before,
		Owner: q.Owner, State: string(q.State), MediaType: exact, MediaFamily: family,
		NamePattern: contains(q.NameContains), Lim: limit(q.Limit),
	}
	if q.Ascending {
		return queries.FilesByName(ctx, params)
	}
	return queries.FilesByNameDescending(ctx, query.FilesByNameDescendingParams(params))
}

func filesBySize(ctx context.Context, queries *query.Queries, q pawl.FileQuery) ([]query.File, error) {
	list := span[int64]{place[int64]{-1, ""}, place[int64]{math.MaxInt64, afterEveryID}}
	if q.After != nil {
		list.goOn(q.After.Size, q.After.ID, q.Ascending)
	}
	from, before := created(q)
	exact, family := mediaType(q)
	params := query.FilesBySizeParams{
		Low: list.low.value, LowID: list.low.id, High: list.high.value, HighID: list.high.id,
		CreatedFrom: from, CreatedBefore: before,
		Owner: q.Owner, State: string(q.State), MediaType: exact, MediaFamily: family,
		NamePattern: contains(q.NameContains), Lim: limit(q.Limit),
	}
	if q.Ascending {
		return queries.FilesBySize(ctx, params)
	}
	return queries.FilesBySizeDescending(ctx, query.FilesBySizeDescendingParams(params))
}

// place is where a row stands in an order.
type place[V cmp.Ordered] struct {
	value V
	id    string
}

func (p place[V]) compare(other place[V]) int {
	return cmp.Or(cmp.Compare(p.value, other.value), cmp.Compare(p.id, other.id))
}

// span is a stretch of a list, without its two ends.
type span[V cmp.Ordered] struct{ low, high place[V] }

// goOn makes the span begin, in the list's direction, after a place in it.
func (s *span[V]) goOn(value V, id pawl.ID, ascending bool) {
	after := place[V]{value, string(id)}
	switch {
	case ascending && after.compare(s.low) > 0:
		s.low = after
	case !ascending && after.compare(s.high) < 0:
		s.high = after
	}
}

// created is the stretch of time a list is about: from inclusive, before exclusive.
func created(q pawl.FileQuery) (from, before int64) {
	return orElse(q.CreatedAfter, math.MinInt64), orElse(q.CreatedBefore, math.MaxInt64)
}

func orElse(t time.Time, none int64) int64 {
	if t.IsZero() {
		return none
	}
	return columns.Micros(t)
}

// likeEscaper takes from the characters of a pattern what they mean in it.
var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// contains is the pattern of names with a part; empty for all.
func contains(part string) string {
	if part == "" {
		return ""
	}
	return "%" + likeEscaper.Replace(pawl.FoldName(part)) + "%"
}

// mediaType tells a family such as "image/" from an exact type.
func mediaType(q pawl.FileQuery) (exact, family string) {
	if strings.HasSuffix(q.MediaType, "/") {
		return "", q.MediaType
	}
	return q.MediaType, ""
}

// limit reads a list's limit: none is no limit.
func limit(n int) int64 {
	if n <= 0 {
		return math.MaxInt64
	}
	return int64(n)
}
