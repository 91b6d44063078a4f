// Package rekey gives files the keys they are sorted and searched by, where a row was
// written by a version that made them otherwise. Such rows have an empty search key.
package rekey

import (
	"context"
	"database/sql"
	"encoding/json"

	"pawl/db/columns"
)

// Statements are the two statements of a dialect.
type Statements struct {
	// Missing selects id, name and metadata of the rows without keys whose ids are
	// greater than the first parameter, in the order of ids, at most as many as the
	// second says.
	Missing string
	// Set writes the keys of a JSON list of objects with id, name, metadata, name_key and
	// search_key, each where the row still has no keys, this name and this metadata.
	Set string
}

// batch is how many rows share a transaction.
const batch = 1000

type row struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Metadata  string `json:"metadata"`
	NameKey   string `json:"name_key"`
	SearchKey string `json:"search_key"`
}

// Run makes the missing keys and returns how many. What was done before an error stays
// done, and the next run continues there.
func Run(ctx context.Context, db *sql.DB, s Statements) (n int, err error) {
	for last := ""; ; {
		rows, err := missing(ctx, db, s, last)
		if err != nil || len(rows) == 0 {
			return n, err
		}
		keys, err := json.Marshal(rows)
		if err != nil {
			return n, err
		}
		if _, err := db.ExecContext(ctx, s.Set, string(keys)); err != nil {
			return n, err
		}
		n += len(rows)
		last = rows[len(rows)-1].ID
	}
}

func missing(ctx context.Context, db *sql.DB, s Statements, after string) (all []row, err error) {
	rows, err := db.QueryContext(ctx, s.Missing, after, batch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.ID, &r.Name, &r.Metadata); err != nil {
			return nil, err
		}
		if r.NameKey, r.SearchKey, err = columns.Keys(r.Name, r.Metadata); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}
