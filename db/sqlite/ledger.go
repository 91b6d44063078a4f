package sqlite

import (
	"context"

	"pawl"
	"pawl/db/columns"
	"pawl/db/sqlite/internal/query"
)

// ledger sums up the tallies of the changes in one transaction, so that each of
// the few rows they are booked on is written once. Nothing in a transaction reads
// the statistics, so nobody sees them late.
type ledger map[account]*pawl.Tally

// account is what is booked on together: an owner's day and media type.
type account struct {
	owner     string
	day       int64
	mediaType string
}

// add books tallies on their owners, and on everybody together.
func (l ledger) add(tallies []pawl.Tally) {
	for _, t := range tallies {
		l.book("", t)
		if t.Owner != "" {
			l.book(t.Owner, t)
		}
	}
}

func (l ledger) book(owner string, t pawl.Tally) {
	key := account{owner, columns.DayOf(t.At), t.MediaType}
	sum := l[key]
	if sum == nil {
		sum = &pawl.Tally{}
		l[key] = sum
	}
	sum.FilesAdded += t.FilesAdded
	sum.BytesAdded += t.BytesAdded
	sum.FilesRemoved += t.FilesRemoved
	sum.BytesRemoved += t.BytesRemoved
	sum.UploadsFinished += t.UploadsFinished
	sum.UploadsFailed += t.UploadsFailed
	sum.Downloads += t.Downloads
}

// flush writes the sums.
func (l ledger) flush(q *query.Queries) error {
	for key, sum := range l {
		if err := q.CountDay(context.Background(), dayParams(key, sum)); err != nil {
			return err
		}
		files, bytes := sum.FilesAdded-sum.FilesRemoved, sum.BytesAdded-sum.BytesRemoved
		if files == 0 && bytes == 0 {
			continue
		}
		err := q.CountType(context.Background(), query.CountTypeParams{
			Owner: key.owner, MediaType: key.mediaType, Files: files, Bytes: bytes,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func dayParams(key account, sum *pawl.Tally) query.CountDayParams {
	return query.CountDayParams{
		Owner: key.owner, Day: key.day,
		FilesAdded: sum.FilesAdded, BytesAdded: sum.BytesAdded,
		FilesRemoved: sum.FilesRemoved, BytesRemoved: sum.BytesRemoved,
		UploadsFinished: sum.UploadsFinished, UploadsFailed: sum.UploadsFailed,
		Downloads: sum.Downloads,
	}
}
