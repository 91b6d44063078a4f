package postgres

import (
	"context"

	"pawl"
	"pawl/db/columns"
	"pawl/db/postgres/internal/query"
)

const mostDownloaded = 10

// Stats implements [pawl.Store]. Its parts are of one moment.
func (s *Store) Stats(ctx context.Context, owner pawl.Scope, days pawl.DayRange) (pawl.Stats, error) {
	if owner.IsNobody() {
		return pawl.Stats{}, nil
	}
	return readSnapshot(ctx, s, "read statistics", func(ctx context.Context, q *query.Queries) (pawl.Stats, error) {
		return readStats(ctx, q, owner, days)
	})
}

func readStats(ctx context.Context, q *query.Queries, owner pawl.Scope, days pawl.DayRange) (stats pawl.Stats, err error) {
	if stats.Totals, err = totals(ctx, q, owner); err != nil {
		return stats, err
	}
	// The rows of everybody together have no owner.
	types, err := q.Types(ctx, owner.Owner())
	if err != nil {
		return stats, err
	}
	for _, t := range types {
		stats.Types = append(stats.Types, pawl.TypeTotal{MediaType: t.MediaType, Files: t.Files, Bytes: t.Bytes})
	}
	if stats.Days, err = dayByDay(ctx, q, owner.Owner(), days); err != nil {
		return stats, err
	}
	rows, err := q.MostDownloaded(ctx, query.MostDownloadedParams{
		Everybody: columns.Flag(owner.IsEverybody()), Owner: owner.Owner(), Lim: mostDownloaded,
	})
	if err != nil {
		return stats, err
	}
	stats.MostDownloaded, err = columns.Each(rows, file)
	return stats, err
}

func totals(ctx context.Context, q *query.Queries, owner pawl.Scope) (pawl.Totals, error) {
	sum, err := q.Totals(ctx, owner.Owner())
	if err != nil {
		return pawl.Totals{}, err
	}
	active, err := q.CountActiveUploads(ctx, columns.Flag(owner.IsEverybody()), owner.Owner())
	return pawl.Totals{
		Files: sum.Files, Bytes: sum.Bytes,
		UploadsFinished: sum.UploadsFinished, UploadsFailed: sum.UploadsFailed,
		Downloads: sum.Downloads, UploadsActive: active,
	}, err
}

// dayByDay lists every day of the range, also those on which nothing happened.
func dayByDay(ctx context.Context, q *query.Queries, owner string, days pawl.DayRange) ([]pawl.Day, error) {
	first, last := columns.DayOf(days.From), columns.DayOf(days.To)
	running, err := q.TotalsBefore(ctx, owner, first)
	if err != nil {
		return nil, err
	}
	rows, err := q.Days(ctx, query.DaysParams{Owner: owner, First: first, Last: last})
	if err != nil {
		return nil, err
	}
	var all []pawl.Day
	for number := first; number <= last; number++ {
		day := pawl.Day{Date: columns.Midnight(number)}
		if len(rows) > 0 && rows[0].Day == number {
			day.Tally = tally(rows[0])
			rows = rows[1:]
		}
		running.Files += day.FilesAdded - day.FilesRemoved
		running.Bytes += day.BytesAdded - day.BytesRemoved
		day.FilesTotal, day.BytesTotal = running.Files, running.Bytes
		all = append(all, day)
	}
	return all, nil
}

func tally(row query.StatsDay) pawl.Tally {
	return pawl.Tally{
		FilesAdded: row.FilesAdded, BytesAdded: row.BytesAdded,
		FilesRemoved: row.FilesRemoved, BytesRemoved: row.BytesRemoved,
		UploadsFinished: row.UploadsFinished, UploadsFailed: row.UploadsFailed,
		Downloads: row.Downloads,
	}
}
