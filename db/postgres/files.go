package postgres

import (
	"context"
	"strings"

	"pawl"
	"pawl/db/columns"
	"pawl/db/postgres/internal/query"
)

// Files implements [pawl.Store].
func (s *Store) Files(ctx context.Context, q pawl.FileQuery) ([]pawl.File, error) {
	var list func(context.Context, *query.Queries, pawl.FileQuery) ([]query.File, error)
	switch q.Sort {
	case pawl.ByCreated, "":
		list = filesByCreated
	case pawl.ByName:
		list = filesByName
	case pawl.BySize:
		list = filesBySize
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
	return read(ctx, s, "list files", func(ctx context.Context, queries *query.Queries) ([]pawl.File, error) {
		rows, err := list(ctx, queries, q)
		return many(rows, err, file)
	})
}

func filesByCreated(ctx context.Context, queries *query.Queries, q pawl.FileQuery) ([]query.File, error) {
	list := columns.ByCreated(q)
	pattern, more := patterns(q)
	params := query.FilesByCreatedParams{
		Low: list.Low.Value, LowID: list.Low.ID, High: list.High.Value, HighID: list.High.ID,
		Everybody: q.Owner.IsEverybody(), Owner: q.Owner.Owner(), State: string(q.State),
		Types: types(q), Pattern: pattern, MorePatterns: more, Lim: columns.Limit(q.Limit),
	}
	if q.Ascending {
		return queries.FilesByCreated(ctx, params)
	}
	return queries.FilesByCreatedDescending(ctx, query.FilesByCreatedDescendingParams(params))
}

func filesByName(ctx context.Context, queries *query.Queries, q pawl.FileQuery) ([]query.File, error) {
	list := columns.ByName(q)
	from, before := columns.Window(q)
	pattern, more := patterns(q)
	params := query.FilesByNameParams{
		Low: list.Low.Value, LowID: list.Low.ID, High: list.High.Value, HighID: list.High.ID,
		AnyTime:     q.CreatedAfter.IsZero() && q.CreatedBefore.IsZero(),
		CreatedFrom: from, CreatedBefore: before,
		Everybody: q.Owner.IsEverybody(), Owner: q.Owner.Owner(), State: string(q.State),
		Types: types(q), Pattern: pattern, MorePatterns: more, Lim: columns.Limit(q.Limit),
	}
	if q.Ascending {
		return queries.FilesByName(ctx, params)
	}
	return queries.FilesByNameDescending(ctx, query.FilesByNameDescendingParams(params))
}

func filesBySize(ctx context.Context, queries *query.Queries, q pawl.FileQuery) ([]query.File, error) {
	list := columns.BySize(q)
	from, before := columns.Window(q)
	pattern, more := patterns(q)
	params := query.FilesBySizeParams{
		Low: list.Low.Value, LowID: list.Low.ID, High: list.High.Value, HighID: list.High.ID,
		CreatedFrom: from, CreatedBefore: before,
		Everybody: q.Owner.IsEverybody(), Owner: q.Owner.Owner(), State: string(q.State),
		Types: types(q), Pattern: pattern, MorePatterns: more, Lim: columns.Limit(q.Limit),
	}
	if q.Ascending {
		return queries.FilesBySize(ctx, params)
	}
	return queries.FilesBySizeDescending(ctx, query.FilesBySizeDescendingParams(params))
}

// FileTotals implements [pawl.Store].
func (s *Store) FileTotals(ctx context.Context, q pawl.FileQuery) (pawl.FileTotals, error) {
	if q.Owner.IsNobody() {
		return pawl.FileTotals{}, nil
	}
	if columns.ByTypeAlone(q) {
		return read(ctx, s, "count files", func(ctx context.Context, queries *query.Queries) (pawl.FileTotals, error) {
			sum, err := queries.CountTypes(ctx, q.Owner.Owner(), types(q))
			return pawl.FileTotals(sum), err
		})
	}
	ctx, end, err := s.searches.Begin(ctx)
	if err != nil {
		return pawl.FileTotals{}, translate("wait to count files", err)
	}
	defer end()
	return read(ctx, s, "count files", func(ctx context.Context, queries *query.Queries) (pawl.FileTotals, error) {
		from, before := columns.Window(q)
		pattern, more := patterns(q)
		sum, err := queries.CountFiles(ctx, query.CountFilesParams{
			CreatedFrom: from, CreatedBefore: before,
			Everybody: q.Owner.IsEverybody(), Owner: q.Owner.Owner(), State: string(q.State),
			Types: types(q), Pattern: pattern, MorePatterns: more,
		})
		return pawl.FileTotals(sum), err
	})
}

// types returns the types of a query, empty rather than nil, which would be NULL.
func types(q pawl.FileQuery) []string { return append([]string{}, q.Types...) }

// likeEscaper takes from the characters of a pattern what they mean in it.
var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// patterns returns the patterns of the words to look for: of the first, empty if there
// is none, and of the others.
func patterns(q pawl.FileQuery) (pattern string, more []string) {
	word, others := columns.Words(q)
	if word == "" {
		return "", []string{}
	}
	more = make([]string, len(others))
	for i, other := range others {
		more[i] = contains(other)
	}
	return contains(word), more
}

func contains(word string) string { return "%" + likeEscaper.Replace(word) + "%" }
