package postgres

import (
	"context"
	"strings"

	"pawl"
	"pawl/db/postgres/internal/query"
	"pawl/db/rows"
)

// The queries that take lists. PostgreSQL differs by necessity: lists are arrays, which
// must not be nil, as that would be NULL, and words are patterns for LIKE.

var texts = rows.FileTexts[[]string]{
	Types: func(types []string) []string { return append([]string{}, types...) },
	Word:  pattern,
	Words: func(words []string) []string {
		patterns := make([]string, len(words))
		for i, word := range words {
			patterns[i] = pattern(word)
		}
		return patterns
	},
}

// likeEscaper escapes the characters that mean something in a pattern.
var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// pattern returns the pattern of what contains a word, and none for no word.
func pattern(word string) string {
	if word == "" {
		return ""
	}
	return "%" + likeEscaper.Replace(word) + "%"
}

func (s statements) FilesWithIDs(ctx context.Context, ids []pawl.ID) ([]pawl.File, error) {
	return rows.Each(file)(s.Queries.FilesWithIDs(ctx, rows.Texts(ids)))
}

func (s statements) DeleteFiles(ctx context.Context, ids []pawl.ID) ([]string, error) {
	return s.Queries.DeleteFiles(ctx, rows.Texts(ids))
}

func (s statements) ManifestSizes(ctx context.Context, blobs []pawl.ID) ([]rows.ManifestSize, error) {
	return rows.Each(manifestSize)(s.Queries.ManifestSizes(ctx, rows.Texts(blobs)))
}

func (s statements) Referenced(ctx context.Context, ids []pawl.ID) ([]string, error) {
	return s.Queries.Referenced(ctx, rows.Texts(ids))
}

func (s statements) Files(ctx context.Context, q pawl.FileQuery) ([]pawl.File, error) {
	return rows.Each(file)(s.files(ctx, q))
}

func (s statements) files(ctx context.Context, q pawl.FileQuery) ([]query.File, error) {
	switch {
	case q.Sort == pawl.ByName && q.Ascending:
		return s.Queries.FilesByName(ctx, query.FilesByNameParams(rows.ByName(q, texts)))
	case q.Sort == pawl.ByName:
		return s.Queries.FilesByNameDescending(ctx, query.FilesByNameDescendingParams(rows.ByName(q, texts)))
	case q.Sort == pawl.BySize && q.Ascending:
		return s.Queries.FilesBySize(ctx, query.FilesBySizeParams(rows.BySize(q, texts)))
	case q.Sort == pawl.BySize:
		return s.Queries.FilesBySizeDescending(ctx, query.FilesBySizeDescendingParams(rows.BySize(q, texts)))
	case q.Ascending:
		return s.Queries.FilesByCreated(ctx, query.FilesByCreatedParams(rows.ByCreated(q, texts)))
	}
	return s.Queries.FilesByCreatedDescending(ctx, query.FilesByCreatedDescendingParams(rows.ByCreated(q, texts)))
}

func (s statements) CountFiles(ctx context.Context, q pawl.FileQuery) (pawl.FileTotals, error) {
	row, err := s.Queries.CountFiles(ctx, query.CountFilesParams(rows.Counted(q, texts)))
	return pawl.FileTotals(row), err
}

func (s statements) CountTypes(ctx context.Context, owner string, types []string) (pawl.FileTotals, error) {
	row, err := s.Queries.CountTypes(ctx, owner, texts.Types(types))
	return pawl.FileTotals(row), err
}
