package postgres

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"pawl/db/dbtest"
	"pawl/db/schema"
	"pawl/internal/testbed/postgrestest"
)

func TestOldDatabase(t *testing.T) {
	url := postgrestest.URL(t)
	dbtest.Migrated(t, dbtest.Old{
		Dialect: goose.DialectPostgres, Migrations: schema.Postgres(),
		Insert: fmt.Sprintf(dbtest.OldColumns, "$1, $2, $3, $4, $5, $6, $7"),
		Open: func(t *testing.T) *sql.DB {
			config, err := pgx.ParseConfig(url)
			if err != nil {
				t.Fatal(err)
			}
			db := stdlib.OpenDB(*config)
			t.Cleanup(func() { _ = db.Close() })
			return db
		},
	}, func(t *testing.T) *Store { return openTest(t, url) })
}
