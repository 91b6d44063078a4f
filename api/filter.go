package api

import (
	"context"
	"strings"
	"time"

	"pawl"
	"pawl/api/auth"
	"pawl/mediatype"
)

// FileFilter says which files a list or its totals are about.
type FileFilter struct {
	Q             string `query:"q" maxLength:"1024" doc:"Words, each of which is in the name or in metadata.relativePath; case, accents and normal form do not count"`
	Type          string `query:"type" maxLength:"1024" doc:"Media types and families of them, with commas between" example:"application/pdf,image/*"`
	State         string `query:"state" maxLength:"32" doc:"Only files in this state"`
	CreatedAfter  string `query:"created_after" doc:"Only files as old as this or younger: a time (RFC 3339), or a day, which begins at midnight UTC" example:"2026-11-01"`
	CreatedBefore string `query:"created_before" doc:"Only files older than this: a time (RFC 3339), or a day, which begins at midnight UTC" example:"2026-12-01T00:00:00Z"`
}

// filter returns the query that the client asks for, without order and limit. It is the
// one place that checks that the client's text is text, which databases require.
func (in *FileFilter) filter() (q pawl.FileQuery, err error) {
	for _, text := range []string{in.Q, in.Type, in.State} {
		if !pawl.IsText(text) {
			return q, pawl.Errorf(pawl.Invalid, "q, type and state must be UTF-8 text without control characters")
		}
	}
	q = pawl.FileQuery{Words: pawl.SearchWords(in.Q), Types: typesOf(in.Type), State: pawl.FileState(in.State)}
	if q.CreatedAfter, err = parseTime("created_after", in.CreatedAfter); err != nil {
		return q, err
	}
	q.CreatedBefore, err = parseTime("created_before", in.CreatedBefore)
	return q, err
}

// typesOf reads a list of media types and families such as image/*, without their
// parameters; nil where it asks for every type. A type that has several names is looked
// for under the given one too: files of earlier versions can have it.
func typesOf(list string) (types []string) {
	for entry := range strings.SplitSeq(list, ",") {
		entry, _, _ = strings.Cut(entry, ";")
		switch entry = strings.ToLower(strings.TrimSpace(entry)); entry {
		case "":
		case "*", "*/*":
			return nil
		default:
			types = append(types, strings.TrimSuffix(entry, "*"))
			if canonical := mediatype.Canonical(entry); canonical != entry {
				types = append(types, canonical)
			}
		}
	}
	return types
}

// epoch is older than every file, and what older times come to: the first of all is the
// zero time, which stands for none.
var epoch = time.Unix(0, 0).UTC()

// parseTime reads a time of a query, or the beginning of a day; zero for empty.
func parseTime(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			if t.Before(epoch) {
				t = epoch
			}
			return t, nil
		}
	}
	return time.Time{}, pawl.Errorf(pawl.Invalid, "%s must be a day like 2026-11-24 or a time like 2026-11-24T05:46:35Z", name)
}

type fileTotalsJSON struct {
	Files int64 `json:"files"`
	Bytes int64 `json:"bytes"`
}

// totals counts what the list with the same filter shows on all its pages.
func (f fileRoutes) totals(ctx context.Context, in *FileFilter) (*body[fileTotalsJSON], error) {
	q, err := in.filter()
	if err != nil {
		return nil, err
	}
	totals, err := f.Totals(ctx, auth.From(ctx), q)
	return answer(fileTotalsJSON(totals)), err
}
