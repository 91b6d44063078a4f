package postgres

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"pawl"
	"pawl/db/columns"
	"pawl/db/postgres/internal/query"
)

// day and kind are the rows that tallies are booked on: an owner's day, and an
// owner's media type.
type (
	day struct {
		owner  string
		number int64
	}
	kind struct{ owner, mediaType string }
)

func (d day) compare(other day) int {
	return cmp.Or(cmp.Compare(d.owner, other.owner), cmp.Compare(d.number, other.number))
}

func (k kind) compare(other kind) int {
	return cmp.Or(cmp.Compare(k.owner, other.owner), cmp.Compare(k.mediaType, other.mediaType))
}

// bookTallies books tallies on their owners, and on everybody together: on each
// row once, and in the order of the rows.
func bookTallies(ctx context.Context, q *query.Queries, tallies []pawl.Tally) error {
	days, types := sums(tallies)
	for _, key := range slices.SortedFunc(maps.Keys(days), day.compare) {
		if err := q.CountDay(ctx, *days[key]); err != nil {
			return err
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(types), kind.compare) {
		sum := types[key]
		if sum.Files == 0 && sum.Bytes == 0 {
			continue
		}
		if err := q.CountType(ctx, *sum); err != nil {
			return err
		}
	}
	return nil
}

func sums(tallies []pawl.Tally) (map[day]*query.CountDayParams, map[kind]*query.CountTypeParams) {
	days, types := map[day]*query.CountDayParams{}, map[kind]*query.CountTypeParams{}
	for _, t := range tallies {
		owners := []string{"", t.Owner}
		for _, owner := range slices.Compact(owners) {
			addToDay(days, owner, t)
			addToType(types, owner, t)
		}
	}
	return days, types
}

func addToDay(days map[day]*query.CountDayParams, owner string, t pawl.Tally) {
	key := day{owner, columns.DayOf(t.At)}
	sum := days[key]
	if sum == nil {
		sum = &query.CountDayParams{Owner: owner, Day: key.number}
		days[key] = sum
	}
	sum.FilesAdded += t.FilesAdded
	sum.BytesAdded += t.BytesAdded
	sum.FilesRemoved += t.FilesRemoved
	sum.BytesRemoved += t.BytesRemoved
	sum.UploadsFinished += t.UploadsFinished
	sum.UploadsFailed += t.UploadsFailed
	sum.Downloads += t.Downloads
}

func addToType(types map[kind]*query.CountTypeParams, owner string, t pawl.Tally) {
	key := kind{owner, t.MediaType}
	sum := types[key]
	if sum == nil {
		sum = &query.CountTypeParams{Owner: owner, MediaType: t.MediaType}
		types[key] = sum
	}
	sum.Files += t.FilesAdded - t.FilesRemoved
	sum.Bytes += t.BytesAdded - t.BytesRemoved
}
