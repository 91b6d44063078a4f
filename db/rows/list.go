package rows

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"pawl"
)

// FileList are the parameters of a query that lists files, in the order of a column of
// type V. L is what a list of texts is in the dialect.
type FileList[V cmp.Ordered, L any] struct {
	Low           V
	LowID         string
	High          V
	HighID        string
	AnyTime       int64
	CreatedFrom   int64
	CreatedBefore int64
	Everybody     int64
	Owner         string
	State         string
	Types         L
	Word          string
	MoreWords     L
	Lim           int64
}

// FileCount are the parameters of the query that counts files.
type FileCount[L any] struct {
	CreatedFrom   int64
	CreatedBefore int64
	Everybody     int64
	Owner         string
	State         string
	Types         L
	Word          string
	MoreWords     L
}

// FileTexts is how a dialect passes texts to the queries of files.
type FileTexts[L any] struct {
	Types func([]string) L    // media types and families
	Word  func(string) string // a word to search for; it may be empty
	Words func([]string) L    // more of them
}

// ByCreated returns the parameters of a list in the order of creation. Its span is the
// window of time that the query is about. No id is empty: what is above (from, "") was
// created at from or later, and what is below (before, "") before it.
func ByCreated[L any](q pawl.FileQuery, texts FileTexts[L]) FileList[int64, L] {
	from, before := window(q)
	s := span[int64]{place[int64]{from, ""}, place[int64]{before, ""}}
	if q.After != nil {
		s.startAfter(Micros(q.After.Created), q.After.ID, q.Ascending)
	}
	list := fileList(q, s, texts)
	list.AnyTime = Flag(true)
	return list
}

// ByName is [ByCreated] in the order of names.
func ByName[L any](q pawl.FileQuery, texts FileTexts[L]) FileList[string, L] {
	s := span[string]{place[string]{"", ""}, place[string]{afterEveryName, ""}}
	if q.After != nil {
		s.startAfter(q.After.Name, q.After.ID, q.Ascending)
	}
	return fileList(q, s, texts)
}

// BySize is [ByCreated] in the order of sizes.
func BySize[L any](q pawl.FileQuery, texts FileTexts[L]) FileList[int64, L] {
	s := span[int64]{place[int64]{-1, ""}, place[int64]{math.MaxInt64, afterEveryID}}
	if q.After != nil {
		s.startAfter(q.After.Size, q.After.ID, q.Ascending)
	}
	return fileList(q, s, texts)
}

func fileList[V cmp.Ordered, L any](q pawl.FileQuery, s span[V], texts FileTexts[L]) FileList[V, L] {
	f := Counted(q, texts)
	return FileList[V, L]{
		Low: s.low.value, LowID: s.low.id, High: s.high.value, HighID: s.high.id,
		AnyTime:     Flag(q.CreatedAfter.IsZero() && q.CreatedBefore.IsZero()),
		CreatedFrom: f.CreatedFrom, CreatedBefore: f.CreatedBefore,
		Everybody: f.Everybody, Owner: f.Owner, State: f.State,
		Types: f.Types, Word: f.Word, MoreWords: f.MoreWords, Lim: limit(q.Limit),
	}
}

// Counted returns the parameters of a count of what a list without a cursor and a limit
// lists.
func Counted[L any](q pawl.FileQuery, texts FileTexts[L]) FileCount[L] {
	from, before := window(q)
	word, more := words(q)
	return FileCount[L]{
		CreatedFrom: from, CreatedBefore: before,
		Everybody: Flag(q.Owner.IsEverybody()), Owner: q.Owner.Owner(), State: string(q.State),
		Types: texts.Types(q.Types), Word: texts.Word(word), MoreWords: texts.Words(more),
	}
}

// words returns the longest word of a query, for which an index finds the fewest rows,
// and the others. The word is empty if there is none.
func words(q pawl.FileQuery) (word string, others []string) {
	if len(q.Words) == 0 {
		return "", nil
	}
	words := slices.SortedStableFunc(slices.Values(q.Words), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return words[0], words[1:]
}

// byTypeAlone reports whether a query selects by owner and type and nothing else: then
// the statistics have its totals.
func byTypeAlone(q pawl.FileQuery) bool {
	return len(q.Words) == 0 && q.State == "" && q.CreatedAfter.IsZero() && q.CreatedBefore.IsZero()
}

// place is where a row is in an order.
type place[V cmp.Ordered] struct {
	value V
	id    string
}

func (p place[V]) compare(other place[V]) int {
	return cmp.Or(cmp.Compare(p.value, other.value), cmp.Compare(p.id, other.id))
}

// span is what lies between two places in an order, without the places.
type span[V cmp.Ordered] struct{ low, high place[V] }

// afterEveryID sorts after all ids, which have no such character.
const afterEveryID = "~"

// afterEveryName sorts after the key of every name: none is as long, and no character
// is greater.
var afterEveryName = strings.Repeat("\U0010FFFF", pawl.MaxNameBytes/4+1)

// startAfter makes the span start, in the list's direction, after a place in it.
func (s *span[V]) startAfter(value V, id pawl.ID, ascending bool) {
	after := place[V]{value, string(id)}
	switch {
	case ascending && after.compare(s.low) > 0:
		s.low = after
	case !ascending && after.compare(s.high) < 0:
		s.high = after
	}
}

// window returns the time a query is about: from inclusive, before exclusive.
func window(q pawl.FileQuery) (from, before int64) {
	return microsOr(q.CreatedAfter, math.MinInt64), microsOr(q.CreatedBefore, math.MaxInt64)
}

func microsOr(t time.Time, none int64) int64 {
	if t.IsZero() {
		return none
	}
	return Micros(t)
}

// limit returns the limit of a list: none is no limit.
func limit(n int) int64 {
	if n <= 0 {
		return math.MaxInt64
	}
	return int64(n)
}
