// Package schema holds the migrations of every database dialect. A change has
// the same number in each of them.
package schema

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql
var sqlite embed.FS

// SQLite is the migrations for SQLite, in goose's form.
func SQLite() fs.FS { return must(fs.Sub(sqlite, "sqlite")) }

func must(dir fs.FS, err error) fs.FS {
	if err != nil {
		panic(err) // the directory is compiled in
	}
	return dir
}
