package sqlite

import (
	"context"
	"log/slog"

	"github.com/pressly/goose/v3"

	"pawl/db/rekey"
	"pawl/db/schema"
)

func migrate(ctx context.Context, c Config) error {
	db, err := open(c.Path, 1, writerPragmas, !immediate)
	if err != nil {
		return err
	}
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, schema.SQLite())
	if err != nil {
		return err
	}
	done, err := provider.UpTo(ctx, schema.Keys)
	tell(ctx, c.Log, done)
	if err != nil {
		return err
	}
	n, err := rekey.Run(ctx, db, rekeyStatements)
	if n > 0 {
		c.Log.InfoContext(ctx, "files have new keys to be sorted and searched by", "files", n)
	}
	if err != nil {
		return err
	}
	done, err = provider.Up(ctx)
	tell(ctx, c.Log, done)
	return err
}

func tell(ctx context.Context, log *slog.Logger, done []*goose.MigrationResult) {
	for _, m := range done {
		log.InfoContext(ctx, "database schema changed", "migration", m.Source.Version, "took", m.Duration)
	}
}

var rekeyStatements = rekey.Statements{
	Missing: "SELECT id, name, metadata FROM files WHERE search_key = '' AND id > ?1 ORDER BY id LIMIT ?2",
	Set: `UPDATE files SET name_key = made.value ->> 'name_key', search_key = made.value ->> 'search_key'
		FROM json_each(?1) AS made
		WHERE files.id = made.value ->> 'id' AND files.search_key = ''
			AND files.name = made.value ->> 'name' AND files.metadata = made.value ->> 'metadata'`,
}
