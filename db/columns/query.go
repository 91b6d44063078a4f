package columns

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"pawl"
)

// Place is where a row stands in an order.
type Place[V cmp.Ordered] struct {
	Value V
	ID    string
}

func (p Place[V]) compare(other Place[V]) int {
	return cmp.Or(cmp.Compare(p.Value, other.Value), cmp.Compare(p.ID, other.ID))
}

// Span is a stretch of a list, without its two ends.
type Span[V cmp.Ordered] struct{ Low, High Place[V] }

// AfterEveryID sorts after all ids, which have no such character.
const AfterEveryID = "~"

// afterEveryName sorts after the key of every name: none is as long, and no character
// is greater.
var afterEveryName = strings.Repeat("\U0010FFFF", pawl.MaxNameBytes/4+1)

// ByCreated returns the stretch of the files in the order of their creation that q is
// about. No id is empty: what is above (from, "") was created at from or later, and what
// is below (before, "") before it.
func ByCreated(q pawl.FileQuery) Span[int64] {
	from, before := Window(q)
	list := Span[int64]{Place[int64]{from, ""}, Place[int64]{before, ""}}
	if q.After != nil {
		list.begin(Micros(q.After.Created), q.After.ID, q.Ascending)
	}
	return list
}

// ByName is [ByCreated] in the order of names.
func ByName(q pawl.FileQuery) Span[string] {
	list := Span[string]{Place[string]{"", ""}, Place[string]{afterEveryName, ""}}
	if q.After != nil {
		list.begin(q.After.Name, q.After.ID, q.Ascending)
	}
	return list
}

// BySize is [ByCreated] in the order of sizes.
func BySize(q pawl.FileQuery) Span[int64] {
	list := Span[int64]{Place[int64]{-1, ""}, Place[int64]{math.MaxInt64, AfterEveryID}}
	if q.After != nil {
		list.begin(q.After.Size, q.After.ID, q.Ascending)
	}
	return list
}

// begin makes the span begin, in the list's direction, after a place in it.
func (s *Span[V]) begin(value V, id pawl.ID, ascending bool) {
	after := Place[V]{value, string(id)}
	switch {
	case ascending && after.compare(s.Low) > 0:
		s.Low = after
	case !ascending && after.compare(s.High) < 0:
		s.High = after
	}
}

// Window returns the time a query is about: from inclusive, before exclusive.
func Window(q pawl.FileQuery) (from, before int64) {
	return orElse(q.CreatedAfter, math.MinInt64), orElse(q.CreatedBefore, math.MaxInt64)
}

func orElse(t time.Time, none int64) int64 {
	if t.IsZero() {
		return none
	}
	return Micros(t)
}

// Words returns the longest word of a query, for which an index finds the fewest rows,
// and the others. The word is empty if there is none.
func Words(q pawl.FileQuery) (word string, others []string) {
	if len(q.Words) == 0 {
		return "", nil
	}
	words := slices.SortedStableFunc(slices.Values(q.Words), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return words[0], words[1:]
}

// ByTypeAlone reports whether a query selects by owner and type and nothing else: then the
// kept statistics have its totals.
func ByTypeAlone(q pawl.FileQuery) bool {
	return len(q.Words) == 0 && q.State == "" && q.CreatedAfter.IsZero() && q.CreatedBefore.IsZero()
}

// Limit returns the limit of a list: none is no limit.
func Limit(n int) int64 {
	if n <= 0 {
		return math.MaxInt64
	}
	return int64(n)
}
