package rows

import (
	"context"

	"pawl"
)

// Day is a row of stats_days.
type Day struct {
	Owner           string
	Day             int64
	FilesAdded      int64
	BytesAdded      int64
	FilesRemoved    int64
	BytesRemoved    int64
	UploadsFinished int64
	UploadsFailed   int64
	Downloads       int64
}

func (d *Day) add(t pawl.Tally) {
	d.FilesAdded += t.FilesAdded
	d.BytesAdded += t.BytesAdded
	d.FilesRemoved += t.FilesRemoved
	d.BytesRemoved += t.BytesRemoved
	d.UploadsFinished += t.UploadsFinished
	d.UploadsFailed += t.UploadsFailed
	d.Downloads += t.Downloads
}

func (d *Day) tally() pawl.Tally {
	return pawl.Tally{
		FilesAdded: d.FilesAdded, BytesAdded: d.BytesAdded,
		FilesRemoved: d.FilesRemoved, BytesRemoved: d.BytesRemoved,
		UploadsFinished: d.UploadsFinished, UploadsFailed: d.UploadsFailed,
		Downloads: d.Downloads,
	}
}

// Type is a row of stats_types.
type Type struct {
	Owner     string
	MediaType string
	Files     int64
	Bytes     int64
}

// Value returns the total of a row.
func (t Type) Value() (pawl.TypeTotal, error) {
	return pawl.TypeTotal{MediaType: t.MediaType, Files: t.Files, Bytes: t.Bytes}, nil
}

// Totals are the sums over an owner's days.
type Totals struct {
	Files           int64
	Bytes           int64
	UploadsFinished int64
	UploadsFailed   int64
	Downloads       int64
}

// mostDownloaded is how many of the most downloaded files the statistics have.
const mostDownloaded = 10

// readStats reads the statistics of an owner, or of everybody together, whose rows have
// no owner.
func readStats(ctx context.Context, q Queries, owner pawl.Scope, days pawl.DayRange) (stats pawl.Stats, err error) {
	if stats.Totals, err = readTotals(ctx, q, owner); err != nil {
		return stats, err
	}
	if stats.Types, err = q.Types(ctx, owner.Owner()); err != nil {
		return stats, err
	}
	if stats.Days, err = dayByDay(ctx, q, owner.Owner(), days); err != nil {
		return stats, err
	}
	stats.MostDownloaded, err = q.MostDownloaded(ctx, Flag(owner.IsEverybody()), owner.Owner(), mostDownloaded)
	return stats, err
}

func readTotals(ctx context.Context, q Queries, owner pawl.Scope) (pawl.Totals, error) {
	sum, err := q.Totals(ctx, owner.Owner())
	if err != nil {
		return pawl.Totals{}, err
	}
	active, err := q.CountActiveUploads(ctx, Flag(owner.IsEverybody()), owner.Owner())
	return pawl.Totals{
		Files: sum.Files, Bytes: sum.Bytes,
		UploadsFinished: sum.UploadsFinished, UploadsFailed: sum.UploadsFailed,
		Downloads: sum.Downloads, UploadsActive: active,
	}, err
}

// dayByDay lists every day of the range, also those on which nothing happened.
func dayByDay(ctx context.Context, q Queries, owner string, days pawl.DayRange) (all []pawl.Day, err error) {
	first, last := DayOf(days.From), DayOf(days.To)
	total, err := q.TotalsBefore(ctx, owner, first)
	if err != nil {
		return nil, err
	}
	list, err := q.Days(ctx, owner, first, last)
	if err != nil {
		return nil, err
	}
	for number := first; number <= last; number++ {
		day := pawl.Day{Date: midnight(number)}
		if len(list) > 0 && list[0].Day == number {
			day.Tally = list[0].tally()
			list = list[1:]
		}
		total.Files += day.FilesAdded - day.FilesRemoved
		total.Bytes += day.BytesAdded - day.BytesRemoved
		day.FilesTotal, day.BytesTotal = total.Files, total.Bytes
		all = append(all, day)
	}
	return all, nil
}
