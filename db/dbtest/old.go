package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"pawl"
	"pawl/db/rows"
	"pawl/db/schema"
)

// Old is a database as earlier versions leave it.
type Old struct {
	Dialect    goose.Dialect
	Migrations fs.FS
	// Insert inserts a file as those versions did: its parameters are id, name, the name
	// in lower case, 32 bytes, metadata and the time twice.
	Insert string
	Open   func(t *testing.T) *sql.DB // the database without its store
}

// OldColumns are the columns of [Old.Insert], with their values but for the seven
// parameters.
const OldColumns = `INSERT INTO files (id, name, name_key, sha256, metadata, created_at, updated_at,
	owner, size, declared_type, media_type, state, raw_metadata, raw_concat, join_key, downloads)
	VALUES (%s, 'ann', 1, '', 'text/plain', 'ready', '', '', '', 0)`

// Migrated checks that a store opened on an old database lists and searches its files
// like new ones, also those that an instance of an earlier version adds afterwards,
// and that their rows keep the names that came.
func Migrated[S interface {
	pawl.Store
	Close() error
}](t *testing.T, old Old, open func(t *testing.T) S) {
	db := old.Open(t)
	provider, err := goose.NewProvider(old.Dialect, db, old.Migrations)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), schema.Keys-1); err != nil {
		t.Fatal(err)
	}
	all := oldFiles()
	first, second := all[:len(all)-20], all[len(all)-20:]
	old.insert(t, db, first)
	wantMigrated(t, open(t), db, first)
	old.insert(t, db, second)
	wantMigrated(t, open(t), db, all)
}

// oldFiles are more than are given their keys in one transaction.
func oldFiles() (all []pawl.File) {
	names := []string{
		"gro\u0308ssen.md", "Größen.md", "holiday\u202egnp.exe", " ", "\u200b", "Zebra", "ärger", "Ärger", "b", "\u0301",
		strings.Repeat("&", pawl.MaxNameBytes), strings.Repeat("\U0001D160", pawl.MaxNameBytes/4),
	}
	for i := range 2400 {
		f := someFile(someID(i))
		f.Size = 1
		f.SHA256 = [32]byte{1}
		f.Name = names[i%len(names)]
		if i >= len(names) {
			f.Name = strings.ToValidUTF8(f.Name[:min(len(f.Name), 40)], "") + fmt.Sprint(i*7919%2400)
		}
		if i%3 == 0 {
			f.Metadata = map[string]string{pawl.PathKey: "Été/" + f.Name}
		}
		all = append(all, f)
	}
	return all
}

func (o Old) insert(t *testing.T, db *sql.DB, files []pawl.File) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		at := rows.Micros(f.CreatedAt)
		_, err := tx.Exec(o.Insert, string(f.ID), f.Name, strings.ToLower(f.Name), f.SHA256[:], rows.Metadata(f.Metadata), at, at)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func wantMigrated[S interface {
	pawl.Store
	Close() error
}](t *testing.T, s S, db *sql.DB, files []pawl.File) {
	t.Helper()
	shown := make([]pawl.File, len(files))
	for i, f := range files {
		shown[i] = f
		shown[i].Name = pawl.NameOrUnnamed(f.Name)
	}
	for _, ascending := range []bool{true, false} {
		for _, question := range []string{"", "größen", "ete grossen", "holidaygnp.exe", "unnamed"} {
			q := pawl.FileQuery{Owner: pawl.Everybody, Sort: pawl.ByName, Ascending: ascending, Words: pawl.SearchWords(question)}
			want := selectFiles(shown, q)
			if len(want) == 0 {
				t.Fatalf("no file is for %q", question)
			}
			walk(t, s, q, want, 200)
		}
	}
	got, err := s.File(t.Context(), shown[3].ID)
	wantEqual(t, got, err, shown[3])
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, f := range files[:12] {
		var kept string
		if err := db.QueryRowContext(ctx, "SELECT name FROM files WHERE id = '"+string(f.ID)+"'").Scan(&kept); err != nil || kept != f.Name {
			t.Errorf("the row of %+q has the name %+q, %v", f.Name, kept, err)
		}
	}
	var missing int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM files WHERE search_key = ''").Scan(&missing); err != nil || missing > 0 {
		t.Errorf("%d rows are without keys, %v", missing, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
