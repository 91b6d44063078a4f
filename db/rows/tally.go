package rows

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"pawl"
)

// Statistics sums up the tallies of one transaction, so that each of the few rows that
// they change is written once. Nothing in a transaction reads the statistics, so they
// can be written at its end. The zero Statistics is empty.
type Statistics struct {
	days  map[dayKey]Day
	types map[typeKey]typeSum
}

type (
	dayKey struct {
		owner string
		day   int64
	}
	typeKey struct{ owner, mediaType string }
	typeSum struct{ files, bytes int64 }
)

func (k dayKey) compare(other dayKey) int {
	return cmp.Or(cmp.Compare(k.owner, other.owner), cmp.Compare(k.day, other.day))
}

func (k typeKey) compare(other typeKey) int {
	return cmp.Or(cmp.Compare(k.owner, other.owner), cmp.Compare(k.mediaType, other.mediaType))
}

// Add adds tallies to the sums of their owners and to those of everybody together, whose
// rows have no owner.
func (s *Statistics) Add(tallies []pawl.Tally) {
	for _, t := range tallies {
		s.add("", t)
		if t.Owner != "" {
			s.add(t.Owner, t)
		}
	}
}

func (s *Statistics) add(owner string, t pawl.Tally) {
	if s.days == nil {
		s.days, s.types = map[dayKey]Day{}, map[typeKey]typeSum{}
	}
	key := dayKey{owner, DayOf(t.At)}
	day := s.days[key]
	day.Owner, day.Day = owner, key.day
	day.add(t)
	s.days[key] = day

	kind := typeKey{owner, t.MediaType}
	sum := s.types[kind]
	sum.files += t.FilesAdded - t.FilesRemoved
	sum.bytes += t.BytesAdded - t.BytesRemoved
	s.types[kind] = sum
}

// Write writes the sums, in the order of the rows: transactions that change the same
// ones do not deadlock.
func (s *Statistics) Write(ctx context.Context, q Statements) error {
	for _, key := range slices.SortedFunc(maps.Keys(s.days), dayKey.compare) {
		if err := q.CountDay(ctx, s.days[key]); err != nil {
			return err
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(s.types), typeKey.compare) {
		sum := s.types[key]
		if sum == (typeSum{}) {
			continue
		}
		if err := q.CountType(ctx, key.owner, key.mediaType, sum.files, sum.bytes); err != nil {
			return err
		}
	}
	return nil
}
