package sqlite

import (
	"context"

	"github.com/pressly/goose/v3"

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
	done, err := provider.Up(ctx)
	for _, m := range done {
		c.Log.InfoContext(ctx, "database schema changed", "migration", m.Source.Version, "took", m.Duration)
	}
	return err
}
