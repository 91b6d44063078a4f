package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pawl"
	"pawl/api/auth"
	"pawl/files"
)

// stats serves /api/v1/stats.
type stats struct {
	*files.Service
	now func() time.Time
}

func (s stats) register(rest huma.API) {
	get(rest, "get-stats", "/api/v1/stats", "Get statistics: totals and daily figures", s.get)
}

const (
	defaultDays = 30
	maxDays     = 366
	day         = 24 * time.Hour
)

type statsRange struct {
	From string `query:"from" format:"date" doc:"First day (UTC); by default 30 days are returned"`
	To   string `query:"to" format:"date" doc:"Last day (UTC); today by default"`
}

func (s stats) get(ctx context.Context, in *statsRange) (*body[statsJSON], error) {
	days, err := in.days(s.now())
	if err != nil {
		return nil, err
	}
	st, err := s.Stats(ctx, auth.From(ctx), days)
	return respond(statsOf(st)), err
}

// days returns the requested range, at most maxDays long. The error is of kind Invalid.
func (in statsRange) days(now time.Time) (pawl.DayRange, error) {
	to, err := parseDay(in.To, now.UTC().Truncate(day))
	if err != nil {
		return pawl.DayRange{}, err
	}
	from, err := parseDay(in.From, to.Add(-(defaultDays-1)*day))
	if err != nil {
		return pawl.DayRange{}, err
	}
	switch {
	case from.After(to):
		return pawl.DayRange{}, pawl.Errorf(pawl.Invalid, "from must not be after to")
	case to.Sub(from) >= maxDays*day:
		return pawl.DayRange{}, pawl.Errorf(pawl.Invalid, "the range can be at most %d days long", maxDays)
	}
	return pawl.DayRange{From: from, To: to}, nil
}

func parseDay(text string, missing time.Time) (time.Time, error) {
	if text == "" {
		return missing, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, pawl.Errorf(pawl.Invalid, "from and to must be days such as 2026-11-24")
	}
	return t, nil
}

type statsJSON struct {
	Totals         totalsJSON `json:"totals"`
	Types          []typeJSON `json:"types" nullable:"false" doc:"Largest first"`
	Days           []dayJSON  `json:"days" nullable:"false" doc:"Every day of the range, oldest first"`
	MostDownloaded []fileJSON `json:"most_downloaded" nullable:"false" doc:"At most ten"`
}

type totalsJSON struct {
	Files           int64 `json:"files"`
	Bytes           int64 `json:"bytes"`
	UploadsFinished int64 `json:"uploads_finished"`
	UploadsFailed   int64 `json:"uploads_failed"`
	Downloads       int64 `json:"downloads"`
	UploadsActive   int64 `json:"uploads_active" doc:"In progress"`
}

type typeJSON struct {
	MediaType string `json:"media_type"`
	Files     int64  `json:"files"`
	Bytes     int64  `json:"bytes"`
}

type dayJSON struct {
	Day             string `json:"day" format:"date"`
	FilesTotal      int64  `json:"files_total" doc:"At the end of the day"`
	BytesTotal      int64  `json:"bytes_total" doc:"At the end of the day"`
	FilesAdded      int64  `json:"files_added"`
	BytesAdded      int64  `json:"bytes_added"`
	FilesRemoved    int64  `json:"files_removed"`
	BytesRemoved    int64  `json:"bytes_removed"`
	UploadsFinished int64  `json:"uploads_finished"`
	UploadsFailed   int64  `json:"uploads_failed"`
	Downloads       int64  `json:"downloads"`
}

func statsOf(s pawl.Stats) statsJSON {
	return statsJSON{
		Totals:         totalsJSON(s.Totals),
		Types:          each(s.Types, func(t pawl.TypeTotal) typeJSON { return typeJSON(t) }),
		Days:           each(s.Days, dayOf),
		MostDownloaded: each(s.MostDownloaded, fileOf),
	}
}

func dayOf(d pawl.Day) dayJSON {
	return dayJSON{
		Day: d.Date.Format(time.DateOnly), FilesTotal: d.FilesTotal, BytesTotal: d.BytesTotal,
		FilesAdded: d.FilesAdded, BytesAdded: d.BytesAdded,
		FilesRemoved: d.FilesRemoved, BytesRemoved: d.BytesRemoved,
		UploadsFinished: d.UploadsFinished, UploadsFailed: d.UploadsFailed, Downloads: d.Downloads,
	}
}

// each converts a list. It never returns nil, which would be null in JSON.
func each[From, To any](list []From, convert func(From) To) []To {
	out := make([]To, len(list))
	for i, v := range list {
		out[i] = convert(v)
	}
	return out
}
