package sqlite

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPlans checks the plans that SQLite makes for the queries: none sorts, and none scans
// a table or an index from end to end, except those named here.
func TestPlans(t *testing.T) {
	allowed := map[string]string{
		"CountActiveUploads": "SCAN uploads USING COVERING INDEX uploads_active", // one owner's or all: narrow
		"DeleteFiles":        "SCAN json_each VIRTUAL TABLE INDEX",
		"FilesWithIDs":       "SCAN json_each VIRTUAL TABLE INDEX",
		"EventSpan":          "SCAN CONSTANT ROW",
		"ManifestSizes":      "SCAN json_each VIRTUAL TABLE INDEX",
		"MostDownloaded":     "SCAN files USING INDEX files_by_downloads", // ends at its limit
		"Referenced":         "SCAN asked VIRTUAL TABLE INDEX",
		"Types":              "USE TEMP B-TREE FOR ORDER BY", // of one owner's types
		"ForgetEvents":       "SCAN e",                       // ends at the first that stays
	}
	s := openTest(t, filepath.Join(t.TempDir(), "pawl.db"))
	list := "SCAN more VIRTUAL TABLE INDEX" // the further words of one question
	for _, name := range []string{"FilesByCreated", "FilesByName", "FilesBySize"} {
		allowed[name], allowed[name+"Descending"] = list, list
	}
	allowed["CountFiles"] = list
	bad := regexp.MustCompile(`^SCAN|TEMP B-TREE`)
	for name, text := range queries(t) {
		for _, step := range plan(t, s.reads, text) {
			if bad.MatchString(step) && (allowed[name] == "" || !strings.HasPrefix(step, allowed[name])) {
				t.Errorf("%s: %s", name, step)
			}
			if by, ok := strings.CutPrefix(name, "FilesBy"); ok && strings.Contains(step, "files") {
				index := "files_by_" + strings.ToLower(strings.TrimSuffix(by, "Descending"))
				if !strings.HasPrefix(step, "SEARCH files USING INDEX "+index+" ((") {
					t.Errorf("%s does not begin at its place in %s: %s", name, index, step)
				}
			}
		}
	}
}

// queries reads the queries as they are before sqlc numbers their parameters.
func queries(t *testing.T) map[string]string {
	all := map[string]string{}
	files, err := filepath.Glob("../queries/*/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no queries: %v", err)
	}
	for _, file := range files {
		if strings.Contains(file, "postgres") {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		narg := regexp.MustCompile(`sqlc\.narg\((\w+)\)`)
		for _, query := range strings.Split(string(content), "-- name: ")[1:] {
			name, _, _ := strings.Cut(query, " ")
			_, text, _ := strings.Cut(query, "\n")
			text, _, _ = strings.Cut(text, ";")
			all[name] = narg.ReplaceAllString(text, "@$1")
		}
	}
	return all
}

var parameter = regexp.MustCompile(`@\w+`)

func plan(t *testing.T, db *sql.DB, query string) (steps []string) {
	seen := map[string]bool{}
	var args []any
	for _, name := range parameter.FindAllString(query, -1) {
		if !seen[name] {
			seen[name] = true
			args = append(args, sql.Named(name[1:], 1))
		}
	}
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%v in\n%s", err, query)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
