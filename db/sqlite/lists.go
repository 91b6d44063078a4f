package sqlite

import (
	"context"
	"strings"

	"pawl"
	"pawl/db/rows"
	"pawl/db/sqlite/internal/query"
)

// The queries that take lists. SQLite differs by necessity: it has no arrays, so that ids
// and words come as JSON, and types with commas around each, as no type has one.

var texts = rows.FileTexts[string]{
	Types: between,
	Word:  func(word string) string { return word },
	Words: rows.JSON,
}

func between(types []string) string {
	if len(types) == 0 {
		return ""
	}
	return "," + strings.Join(types, ",") + ","
}

func list(ids []pawl.ID) string { return rows.JSON(rows.Texts(ids)) }

func (s statements) FilesWithIDs(ctx context.Context, ids []pawl.ID) ([]pawl.File, error) {
	return rows.Each(file)(s.Queries.FilesWithIDs(ctx, list(ids)))
}

func (s statements) DeleteFiles(ctx context.Context, ids []pawl.ID) ([]string, error) {
	return s.Queries.DeleteFiles(ctx, list(ids))
}

func (s statements) ManifestSizes(ctx context.Context, blobs []pawl.ID) ([]rows.ManifestSize, error) {
	return rows.Each(manifestSize)(s.Queries.ManifestSizes(ctx, list(blobs)))
}

func (s statements) Referenced(ctx context.Context, ids []pawl.ID) ([]string, error) {
	return s.Queries.Referenced(ctx, list(ids))
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
