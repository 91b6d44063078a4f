// Command queries writes the queries that list and count files, which differ by order
// and by dialect alone, from one template: db/queries/files.sql.tmpl. Run it in the
// root folder of the project, before sqlc. With -d it changes nothing, and reports the
// files that are not up to date.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
)

// dialect is what the template is run with.
type dialect struct {
	Folder   string
	Postgres bool
}

// list is one of the orders of a list.
type list struct {
	Name      string // of the query
	Key       string // the column
	Type      string // of the column, in PostgreSQL
	Direction string
	PageFirst bool // finds the page's ids before its rows
	dialect
}

// Lists returns the lists of the dialect.
func (d dialect) Lists() (all []list) {
	for _, l := range []list{
		{Name: "ByCreated", Key: "created_at", Type: "BIGINT"},
		{Name: "ByName", Key: "name_key", Type: "TEXT", PageFirst: d.Postgres},
		{Name: "BySize", Key: "size", Type: "BIGINT"},
	} {
		l.dialect = d
		all = append(all, l)
		l.Name, l.Direction = l.Name+"Descending", " DESC"
		all = append(all, l)
	}
	return all
}

func main() {
	check := flag.Bool("d", false, "report what is not up to date instead of writing it")
	flag.Parse()
	for _, d := range []dialect{{Folder: "sqlite"}, {Folder: "postgres", Postgres: true}} {
		if err := d.write(filepath.Join("db", "queries"), *check); err != nil {
			fmt.Fprintln(os.Stderr, "queries:", err)
			os.Exit(1)
		}
	}
}

func (d dialect) write(folder string, check bool) error {
	text, err := template.ParseFiles(filepath.Join(folder, "files.sql.tmpl"))
	if err != nil {
		return err
	}
	var made bytes.Buffer
	if err := text.Execute(&made, d); err != nil {
		return err
	}
	path := filepath.Join(folder, d.Folder, "files.sql")
	if !check {
		return os.WriteFile(path, made.Bytes(), 0o644)
	}
	is, err := os.ReadFile(path)
	if err == nil && !bytes.Equal(is, made.Bytes()) {
		err = fmt.Errorf("%s is not up to date: run make generate", path)
	}
	return err
}
