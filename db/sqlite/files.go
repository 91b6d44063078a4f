package sqlite

import (
	"context"
	"encoding/json"
	"strings"

	"pawl"
	"pawl/db/columns"
	"pawl/db/sqlite/internal/query"
)

// Files implements [pawl.Store].
func (s *Store) Files(ctx context.Context, q pawl.FileQuery) ([]pawl.File, error) {
	var list func(context.Context, pawl.FileQuery) ([]query.File, error)
	switch q.Sort {
	case pawl.ByCreated, "":
		list = s.filesByCreated
	case pawl.ByName:
		list = s.filesByName
	case pawl.BySize:
		list = s.filesBySize
	default:
		return nil, pawl.Errorf(pawl.Invalid, "files cannot be sorted by %q", q.Sort)
	}
	if q.Owner.IsNobody() {
		return nil, nil
	}
	ctx, end, err := s.searches.BeginIf(ctx, q)
	if err != nil {
		return nil, translate("wait to search files", err)
	}
	defer end()
	rows, err := list(ctx, q)
	return many(rows, err, file, "list files")
}

func (s *Store) filesByCreated(ctx context.Context, q pawl.FileQuery) ([]query.File, error) {
	list := columns.ByCreated(q)
	word, more := words(q)
	params := query.FilesByCreatedParams{
		Low: list.Low.Value, LowID: list.Low.ID, High: list.High.Value, HighID: list.High.ID,
		Everybody: columns.Flag(q.Owner.IsEverybody()), Owner: q.Owner.Owner(), State: string(q.State),
		Types: types(q), Word: word, MoreWords: more, Lim: columns.Limit(q.Limit),
	}
	if q.Ascending {
		return s.queries.FilesByCreated(ctx, params)
	}
	return s.queries.FilesByCreatedDescending(ctx, query.FilesByCreatedDescendingParams(params))
}

func (s *Store) filesByName(ctx context.Context, q pawl.FileQuery) ([]query.File, error) {
	list := columns.ByName(q)
	from, before := columns.Window(q)
	word, more := words(q)
	params := query.FilesByNameParams{
		Low: list.Low.Value, LowID: list.Low.ID, High: list.High.Value, HighID: list.High.ID,
		CreatedFrom: from, CreatedBefore: before,
		Everybody: columns.Flag(q.Owner.IsEverybody()), Owner: q.Owner.Owner(), State: string(q.State),
		Types: types(q), Word: word, MoreWords: more, Lim: columns.Limit(q.Limit),
	}
	if q.Ascending {
		return s.queries.FilesByName(ctx, params)
	}
	return s.queries.FilesByNameDescending(ctx, query.FilesByNameDescendingParams(params))
}

func (s *Store) filesBySize(ctx context.Context, q pawl.FileQuery) ([]query.File, error) {
	list := columns.BySize(q)
	from, before := columns.Window(q)
	word, more := words(q)
	params := query.FilesBySizeParams{
		Low: list.Low.Value, LowID: list.Low.ID, High: list.High.Value, HighID: list.High.ID,
		CreatedFrom: from, CreatedBefore: before,
		Everybody: columns.Flag(q.Owner.IsEverybody()), Owner: q.Owner.Owner(), State: string(q.State),
		Types: types(q), Word: word, MoreWords: more, Lim: columns.Limit(q.Limit),
	}
	if q.Ascending {
		return s.queries.FilesBySize(ctx, params)
	}
	return s.queries.FilesBySizeDescending(ctx, query.FilesBySizeDescendingParams(params))
}

// FileTotals implements [pawl.Store].
func (s *Store) FileTotals(ctx context.Context, q pawl.FileQuery) (pawl.FileTotals, error) {
	if q.Owner.IsNobody() {
		return pawl.FileTotals{}, nil
	}
	if columns.ByTypeAlone(q) {
		sum, err := s.queries.CountTypes(ctx, q.Owner.Owner(), types(q))
		return pawl.FileTotals(sum), translate("count files", err)
	}
	ctx, end, err := s.searches.Begin(ctx)
	if err != nil {
		return pawl.FileTotals{}, translate("wait to count files", err)
	}
	defer end()
	from, before := columns.Window(q)
	word, more := words(q)
	sum, err := s.queries.CountFiles(ctx, query.CountFilesParams{
		CreatedFrom: from, CreatedBefore: before,
		Everybody: columns.Flag(q.Owner.IsEverybody()), Owner: q.Owner.Owner(), State: string(q.State),
		Types: types(q), Word: word, MoreWords: more,
	})
	return pawl.FileTotals(sum), translate("count files", err)
}

// types returns the types of a query with a comma around each, as no type has one;
// empty for all.
func types(q pawl.FileQuery) string {
	if len(q.Types) == 0 {
		return ""
	}
	return "," + strings.Join(q.Types, ",") + ","
}

// words returns the first word to look for, and the others as a JSON list.
func words(q pawl.FileQuery) (word, more string) {
	word, others := columns.Words(q)
	if len(others) == 0 {
		return word, "[]"
	}
	encoded, err := json.Marshal(others)
	if err != nil {
		panic(err) // a list of strings always has a JSON form
	}
	return word, string(encoded)
}
