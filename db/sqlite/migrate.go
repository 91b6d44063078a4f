package sqlite

import (
	"context"

	"github.com/pressly/goose/v3"

	"pawl/db/migrate"
	"pawl/db/schema"
)

// migrateSchema brings the schema up to date.
func migrateSchema(ctx context.Context, c Config) error {
	db, err := open(c.Path, 1, writerPragmas, !immediate)
	if err != nil {
		return err
	}
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, schema.SQLite())
	if err != nil {
		return err
	}
	return migrate.Up(ctx, provider, db, keys, c.Log)
}

var keys = migrate.Keys{
	Missing: "SELECT id, name, metadata FROM files WHERE search_key = '' AND id > ?1 ORDER BY id LIMIT ?2",
	Set: `UPDATE files SET name_key = made.value ->> 'name_key', search_key = made.value ->> 'search_key'
		FROM json_each(?1) AS made
		WHERE files.id = made.value ->> 'id' AND files.search_key = ''
			AND files.name = made.value ->> 'name' AND files.metadata = made.value ->> 'metadata'`,
}
