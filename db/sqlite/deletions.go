package sqlite

import (
	"context"

	"pawl"
	"pawl/db/columns"
	"pawl/db/sqlite/internal/query"
)

// FilesWithIDs implements [pawl.Store].
func (s *Store) FilesWithIDs(ctx context.Context, ids []pawl.ID) (map[pawl.ID]pawl.File, error) {
	rows, err := s.queries.FilesWithIDs(ctx, columns.JSON(ids))
	files, err := many(rows, err, file, "read files")
	return columns.ByID(files), err
}

// DeleteFiles implements [pawl.Tx].
func (t *tx) DeleteFiles(ids []pawl.ID) (deleted []pawl.ID, err error) {
	err = t.do("delete files", func(q *query.Queries) error {
		rows, err := q.DeleteFiles(uncut, columns.JSON(ids))
		deleted, err = many(rows, err, asID, "delete files")
		return err
	})
	return deleted, err
}
