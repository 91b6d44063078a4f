package api

import (
	"context"
	"strings"
	"time"

	"pawl"
	"pawl/api/auth"
	"pawl/mediatype"
)

// FileFilter is the filter of a list of files and of its totals.
type FileFilter struct {
	Q             string `query:"q" maxLength:"1024" doc:"Words that must all occur in the name or in metadata.relativePath; case, accents and Unicode normalization are ignored"`
	Type          string `query:"type" maxLength:"1024" doc:"Comma-separated media types, with wildcards such as image/*" example:"application/pdf,image/*"`
	State         string `query:"state" maxLength:"32" doc:"Only files in this state"`
	CreatedAfter  string `query:"created_after" doc:"Only files created at or after this time (RFC 3339) or day (UTC)" example:"2026-11-01"`
	CreatedBefore string `query:"created_before" doc:"Only files created before this time (RFC 3339) or day (UTC)" example:"2026-12-01T00:00:00Z"`
}

// filter returns the query for the filter, without order and limit. It rejects strings
// that databases do not accept; the error is of kind Invalid.
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

// typesOf parses a comma-separated list of media types and wildcards such as image/*, and
// drops parameters. It returns nil if the list allows every type. For an alias it returns
// both the alias, which files from earlier versions may have, and the canonical type.
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

// epoch replaces earlier times, since the zero time means that no time is given.
var epoch = time.Unix(0, 0).UTC()

// parseTime parses a query parameter that is a time or a day. It returns the zero time
// for "".
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
	return time.Time{}, pawl.Errorf(pawl.Invalid, "%s must be a day such as 2026-11-24 or a time such as 2026-11-24T05:46:35Z", name)
}

type fileTotalsJSON struct {
	Files int64 `json:"files"`
	Bytes int64 `json:"bytes"`
}

// totals returns the number and size of all files in the list with the same filter.
func (f fileRoutes) totals(ctx context.Context, in *FileFilter) (*body[fileTotalsJSON], error) {
	q, err := in.filter()
	if err != nil {
		return nil, err
	}
	totals, err := f.Totals(ctx, auth.From(ctx), q)
	return respond(fileTotalsJSON(totals)), err
}
