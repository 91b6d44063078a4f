package migrate

import (
	"context"
	"database/sql"
	"encoding/json"

	"pawl/db/rows"
)

// Keys are the two statements of a dialect that make the missing keys. A row without
// keys has an empty search key.
type Keys struct {
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

// make makes the missing keys and returns how many. What was done before an error stays
// done, and the next run continues there.
func (k Keys) make(ctx context.Context, db *sql.DB) (n int, err error) {
	for last := ""; ; {
		list, err := k.missing(ctx, db, last)
		if err != nil || len(list) == 0 {
			return n, err
		}
		keys, err := json.Marshal(list)
		if err != nil {
			return n, err
		}
		if _, err := db.ExecContext(ctx, k.Set, string(keys)); err != nil {
			return n, err
		}
		n += len(list)
		last = list[len(list)-1].ID
	}
}

func (k Keys) missing(ctx context.Context, db *sql.DB, after string) (all []row, err error) {
	list, err := db.QueryContext(ctx, k.Missing, after, batch)
	if err != nil {
		return nil, err
	}
	defer list.Close()
	for list.Next() {
		var r row
		if err := list.Scan(&r.ID, &r.Name, &r.Metadata); err != nil {
			return nil, err
		}
		if r.NameKey, r.SearchKey, err = rows.Keys(r.Name, r.Metadata); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, list.Err()
}
