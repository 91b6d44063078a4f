// Package schema holds the migrations of every database dialect. A change has
// the same number in each of them, and is missing where a dialect has no use for it.
package schema

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql
var sqlite embed.FS

//go:embed postgres/*.sql
var postgres embed.FS

// Keys is the version that adds the search key. Existing rows get their keys before the
// migrations that follow: see db/migrate.
const Keys = 7

// SQLite is the migrations for SQLite, in goose's form.
func SQLite() fs.FS { return must(fs.Sub(sqlite, "sqlite")) }

// Postgres is the migrations for PostgreSQL, in goose's form.
func Postgres() fs.FS { return must(fs.Sub(postgres, "postgres")) }

func must(dir fs.FS, err error) fs.FS {
	if err != nil {
		panic(err) // the directory is compiled in
	}
	return dir
}
