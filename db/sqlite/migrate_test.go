package sqlite

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"pawl/db/dbtest"
	"pawl/db/schema"
)

func TestOldDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pawl.db")
	dbtest.Migrated(t, dbtest.Old{
		Dialect: goose.DialectSQLite3, Migrations: schema.SQLite(),
		Insert: fmt.Sprintf(dbtest.OldColumns, "?1, ?2, ?3, ?4, ?5, ?6, ?7"),
		Open: func(t *testing.T) *sql.DB {
			db, err := open(path, 1, writerPragmas, !immediate)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			return db
		},
	}, func(t *testing.T) *Store { return openTest(t, path) })
}
