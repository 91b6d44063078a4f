package postgres

import (
	"context"

	"pawl"
	"pawl/db/columns"
	"pawl/db/postgres/internal/query"
)

// FilesWithIDs implements [pawl.Store].
func (s *Store) FilesWithIDs(ctx context.Context, ids []pawl.ID) (map[pawl.ID]pawl.File, error) {
	return read(ctx, s, "read files", func(ctx context.Context, q *query.Queries) (map[pawl.ID]pawl.File, error) {
		rows, err := q.FilesWithIDs(ctx, columns.Texts(ids))
		files, err := many(rows, err, file)
		return columns.ByID(files), err
	})
}

// DeleteFiles implements [pawl.Tx]. It books the downloads that were counted before
// it, while there are files to book them on.
func (t *tx) DeleteFiles(ids []pawl.ID) (deleted []pawl.ID, err error) {
	if err := t.bookDownloads(); err != nil {
		return nil, err
	}
	err = t.do("delete files", func(q *query.Queries) error {
		rows, err := q.DeleteFiles(t.ctx, columns.Texts(ids))
		deleted, err = many(rows, err, asID)
		return err
	})
	return deleted, err
}
