package postgres

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"pawl"
	"pawl/db/migrate"
	"pawl/db/schema"
)

// migrateSchema brings the schema up to date. A session lock lets one instance do it,
// while the others wait up to five minutes and find it done.
func migrateSchema(ctx context.Context, c *pgx.ConnConfig, log *slog.Logger) error {
	config := c.Copy()
	// An index on many rows takes a while, and what goose has locked meanwhile blocks
	// only other migrations.
	delete(config.RuntimeParams, "idle_in_transaction_session_timeout")
	db := stdlib.OpenDB(*config)
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300), lock.WithUnlockTimeout(1, 5))
	if err != nil {
		return translate("prepare the migrations", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, schema.Postgres(), goose.WithSessionLocker(locker))
	if err != nil {
		return translate("prepare the migrations", err)
	}
	err = migrate.Up(ctx, provider, db, keys, log)
	if lacksTrigrams(err) {
		return pawl.Because(err, pawl.Invalid,
			"the database needs the extension pg_trgm: install it there (it is in postgresql-contrib), and let Pawl's user, "+
				"or an administrator, run CREATE EXTENSION pg_trgm")
	}
	return translate("bring the database's schema up to date", err)
}

// Rows are locked in the order of ids, as in all statements that change many: instances
// that start at the same time do not deadlock.
var keys = migrate.Keys{
	Missing: "SELECT id, name, metadata FROM files WHERE search_key = '' AND id > $1 ORDER BY id LIMIT $2",
	Set: `UPDATE files SET name_key = keyed.name_key, search_key = keyed.search_key
		FROM (SELECT f.id, made.name_key, made.search_key
			FROM json_to_recordset($1::json) AS made (id text, name text, metadata text, name_key text, search_key text)
			JOIN files AS f ON f.id = made.id
			WHERE f.search_key = '' AND f.name = made.name AND f.metadata = made.metadata
			ORDER BY f.id FOR UPDATE OF f) AS keyed
		WHERE files.id = keyed.id`,
}

// lacksTrigrams reports whether the extension could not be created, which has many codes:
// not installed, not permitted, not available for this version.
func lacksTrigrams(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (strings.Contains(e.Message, "pg_trgm") || strings.Contains(e.Message, "gin_trgm_ops"))
}
