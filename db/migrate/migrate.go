// Package migrate brings the schema of a database up to date, and gives files the keys
// they are sorted and searched by where a row was written by a version that made them
// otherwise.
package migrate

import (
	"context"
	"database/sql"
	"log/slog"

	"github.com/pressly/goose/v3"

	"pawl/db/schema"
)

// Up runs the migrations that are missing, and makes the missing keys between the one
// that adds them and those that need them.
func Up(ctx context.Context, provider *goose.Provider, db *sql.DB, keys Keys, log *slog.Logger) error {
	done, err := provider.UpTo(ctx, schema.Keys)
	report(ctx, log, done)
	if err != nil {
		return err
	}
	n, err := keys.make(ctx, db)
	if n > 0 {
		log.InfoContext(ctx, "files have new keys to be sorted and searched by", "files", n)
	}
	if err != nil {
		return err
	}
	done, err = provider.Up(ctx)
	report(ctx, log, done)
	return err
}

func report(ctx context.Context, log *slog.Logger, done []*goose.MigrationResult) {
	for _, m := range done {
		log.InfoContext(ctx, "database schema changed", "migration", m.Source.Version, "took", m.Duration)
	}
}
