package postgres

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pawl"
	"pawl/db/rows"
	"pawl/internal/testbed/postgrestest"
)

// seen are the statements that the store has sent.
type seen struct{ statements []pgx.TraceQueryStartData }

func (s *seen) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if strings.HasPrefix(data.SQL, "-- name: ") {
		s.statements = append(s.statements, data)
	}
	return ctx
}

func (s *seen) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// question is a read of the store, and an index that must be in its plan.
type question struct {
	name  string
	index string
	ask   func(ctx context.Context, s *Store) error
}

// questions are the lists, searches and statistics that people ask for.
func questions(t *testing.T, n int) (all []question) {
	at := filledAt(n / 2)
	list := func(name, index string, q pawl.FileQuery) {
		q.Limit = 50
		all = append(all, question{"files " + name, index, func(ctx context.Context, s *Store) error {
			page, err := s.Files(ctx, q)
			if err == nil && len(page) == 0 {
				t.Errorf("files %s: nothing is found", name)
			}
			return err
		}})
	}
	for sort, index := range map[pawl.FileSort]string{
		pawl.ByCreated: "files_by_created", pawl.ByName: "files_by_name ", pawl.BySize: "files_by_size",
	} {
		for _, ascending := range []bool{false, true} {
			how := string(sort)
			if ascending {
				how += " ascending"
			}
			middle := &pawl.FileCursor{Created: at, Name: "m", Size: 1 << 19, ID: pawl.ID("m")}
			list(how, index, pawl.FileQuery{Owner: pawl.Everybody, Sort: sort, Ascending: ascending})
			list(how+", from the middle", index, pawl.FileQuery{Owner: pawl.Everybody, Sort: sort, Ascending: ascending, After: middle})
			list(how+", of one type", index, pawl.FileQuery{Owner: pawl.Everybody, Sort: sort, Ascending: ascending, Types: []string{"image/png"}})
			list(how+", a common part of names", index, pawl.FileQuery{Owner: pawl.Everybody, Sort: sort, Ascending: ascending, Words: []string{"report"}})
			list(how+", two characters", index, pawl.FileQuery{Owner: pawl.Everybody, Sort: sort, Ascending: ascending, Words: []string{"-0"}})
			list(how+", a rare part of names", "files_by_word", pawl.FileQuery{Owner: pawl.Everybody, Sort: sort, Ascending: ascending, Words: []string{"needle"}})
			list(how+", two words", "files_by_word", pawl.FileQuery{Owner: pawl.Everybody, Sort: sort, Ascending: ascending, Words: []string{"dat", "needle"}})
			list(how+", of who has few", "files_by_owner_", pawl.FileQuery{Sort: sort, Ascending: ascending, Owner: pawl.OwnedBy("few")})
			list(how+", of who has many", "files_by_", pawl.FileQuery{Sort: sort, Ascending: ascending, Owner: pawl.OwnedBy("many")})
			list(how+", of one day", "", pawl.FileQuery{
				Owner: pawl.Everybody, Sort: sort, Ascending: ascending, CreatedAfter: at.Add(-12 * time.Hour), CreatedBefore: at.Add(12 * time.Hour),
			})
		}
	}
	for _, owner := range []pawl.Scope{pawl.Everybody, pawl.OwnedBy("few"), pawl.OwnedBy("many")} {
		of := " of " + owner.Owner()
		all = append(all,
			question{"statistics" + of, "", func(ctx context.Context, s *Store) error {
				_, err := s.Stats(ctx, owner, pawl.DayRange{From: at.AddDate(0, 0, -30), To: at})
				return err
			}},
			question{"totals" + of, "stats_types_pkey", func(ctx context.Context, s *Store) error {
				_, err := s.FileTotals(ctx, pawl.FileQuery{Owner: owner, Types: []string{"image/"}})
				return err
			}},
			question{"totals of a search" + of, "files_by_", func(ctx context.Context, s *Store) error {
				_, err := s.FileTotals(ctx, pawl.FileQuery{Owner: owner, Words: []string{"needle"}})
				return err
			}},
			question{"uploads" + of, "", func(ctx context.Context, s *Store) error {
				_, err := s.Uploads(ctx, pawl.UploadQuery{Owner: owner, Limit: 50})
				return err
			}})
	}
	return append(all,
		question{"a file", "files_pkey", func(ctx context.Context, s *Store) error { _, err := s.File(ctx, filledID(1)); return err }},
		question{"a file by join", "files_join", func(ctx context.Context, s *Store) error {
			if _, err := s.FileByJoinKey(ctx, "few", "a b"); pawl.KindOf(err) != pawl.NotFound {
				return err
			}
			return nil
		}},
		question{"idle uploads", "uploads_by_activity", func(ctx context.Context, s *Store) error {
			_, err := s.IdleUploads(ctx, at, 100)
			return err
		}},
		question{"events", "events_pkey", func(ctx context.Context, s *Store) error { _, err := s.Events(ctx, int64(n/2), 100); return err }},
		question{"span of events", "events_pkey", func(ctx context.Context, s *Store) error { _, _, err := s.EventSpan(ctx); return err }},
		question{"a manifest", "parts_pkey", func(ctx context.Context, s *Store) error { _, err := s.Manifest(ctx, filledID(1)); return err }},
		question{"sizes of manifests", "multiparts_pkey", func(ctx context.Context, s *Store) error {
			_, err := s.ManifestSizes(ctx, []pawl.ID{filledID(1), "none"})
			return err
		}},
		question{"manifests", "multiparts_open", func(ctx context.Context, s *Store) error { _, err := s.Manifests(ctx, "", 100); return err }},
		question{"references", "files_pkey", func(ctx context.Context, s *Store) error {
			_, err := s.Referenced(ctx, []pawl.ID{filledID(1), "none"})
			return err
		}},
	)
}

// TestPlans looks at how PostgreSQL carries out what people ask for, at many files:
// no table is read from end to end. With PAWL_TEST_FILES=10000000 it measures.
func TestPlans(t *testing.T) {
	n, measure := 200_000, false
	if given := os.Getenv("PAWL_TEST_FILES"); given != "" {
		var err error
		if n, err = strconv.Atoi(given); err != nil {
			t.Fatal(err)
		}
		measure = true
	}
	s := openTest(t, postgrestest.URL(t))
	fill(t, s, n)
	trace := &seen{}
	traced := s.pool.Config()
	traced.ConnConfig.Tracer = trace
	pool, err := pgxpool.NewWithConfig(t.Context(), traced)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	asks := newStore(pool, rows.NewSearches(1), s.log)
	for _, l := range questions(t, n) {
		trace.statements = nil
		if err := l.ask(t.Context(), asks); err != nil {
			t.Errorf("%s: %v", l.name, err)
			continue
		}
		plans := ""
		for _, statement := range trace.statements {
			plans += explain(t, s, statement)
		}
		if strings.Contains(plans, "Seq Scan on ") || !strings.Contains(plans, l.index) {
			t.Errorf("%s: want %q, and no table read from end to end\n%s", l.name, l.index, plans)
		}
		if measure {
			t.Logf("%s: %v\n%s", l.name, median(t, asks, l), plans)
		}
	}
	if measure {
		costs(t, s)
	}
}

// costs measures what the indexes cost a new file, by dropping one after the other.
func costs(t *testing.T, s *Store) {
	t.Helper()
	const count = 20_000
	without := "none"
	for i, by := range append([]string{""}, "owner_name", "owner_size", "owner_created", "word", "name", "size") {
		if by != "" {
			run(t, s, "DROP INDEX files_by_"+by)
			without += ", " + by
		}
		began := time.Now()
		run(t, s, fmt.Sprintf(`INSERT INTO files SELECT 'x' || %d || lpad(i::text, 34, '0'), 'o' || hashint8(i) %% 100000, name, name,
			hashint8(i) & 1048575, '', 'image/png', decode(repeat('00', 32), 'hex'), 'ready', '{}', '', '', '', 0, (1::bigint << 60) + i, 0, NULL, name || E'\n'
			FROM (SELECT i, substr(md5(i::text || '%d'), 1, 12) || '.dat' AS name FROM generate_series(1, %d) AS i) AS made`, i, i, count))
		t.Logf("a file costs %v without %s", time.Since(began)/count, without)
	}
}

func median(t *testing.T, s *Store, l question) time.Duration {
	t.Helper()
	var took [5]time.Duration
	for i := range took {
		began := time.Now()
		if err := l.ask(t.Context(), s); err != nil {
			t.Error(err)
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took[:])
	return took[len(took)/2].Round(10 * time.Microsecond)
}

// explain is the plan that is made for a statement and its parameters.
func explain(t *testing.T, s *Store, statement pgx.TraceQueryStartData) string {
	t.Helper()
	rows, err := s.pool.Query(t.Context(), "EXPLAIN (COSTS OFF)\n"+statement.SQL, statement.Args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n") + "\n"
}

func filledID(i int) pawl.ID { return pawl.ID(fmt.Sprintf("%036d", i)) }

func filledAt(i int) time.Time {
	return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
}

// fill makes n files, one a minute: a tenth of one owner, some tens of another, of
// each other owner about a hundred. Indexes are made anew afterwards, which is faster.
func fill(t *testing.T, s *Store, n int) {
	t.Helper()
	began := time.Now()
	const file = `INSERT INTO files SELECT lpad(i::text, 36, '0'),
		CASE WHEN i %% 10 = 0 THEN 'many' WHEN i %% (%[1]d / 40) = 1 THEN 'few' ELSE 'o' || i %% (%[1]d / 100) END,
		name, name, hashint8(i) & 1048575, '', (ARRAY['image/png', 'text/plain', 'application/pdf', 'video/mp4'])[1 + i %% 4],
		decode(repeat('00', 32), 'hex'), 'ready', '{}', '', '', '', CASE WHEN i %% 100 = 0 THEN i %% 7919 ELSE 0 END, at, at, NULL, name || E'\n'
		FROM (SELECT i::bigint AS i, 1704067200000000 + i * 60000000::bigint AS at,
			CASE WHEN i %% (%[1]d / 20) = 3 THEN 'needle ' WHEN i %% 5 = 0 THEN 'report ' ELSE '' END
				|| substr(md5(i::text), 1, 12) || '-' || i %% 10 || '.dat' AS name
			FROM generate_series(1, %[1]d) AS i) AS made`
	const upload = `INSERT INTO uploads SELECT lpad(i::text, 36, '0'), CASE WHEN i % 10 = 0 THEN 'many' ELSE 'o' || i % 500 END,
		'regular', 10, 'a', '', '{}', '', '', '', 0, 0, NULL, '', i, i FROM generate_series(1, 20000) AS i`
	for _, sql := range append(dropped(),
		"ALTER TABLE files SET UNLOGGED",
		fmt.Sprintf(file, n),
		upload,
		fmt.Sprintf(`INSERT INTO events (at, type, subject, owner, outcome, reason)
			SELECT i, 'file.created', '', '', '', '' FROM generate_series(1, %d) AS i`, n/10+200_000),
		`INSERT INTO stats_days SELECT o, d, 1, 1, 0, 0, 1, 0, 0 FROM
			(SELECT unnest(ARRAY['', 'few', 'many']) AS o UNION SELECT 'o' || generate_series(1, 50)) AS owners, generate_series(19000, 20500) AS d`,
		`INSERT INTO stats_types SELECT o, 'type/' || i, 1, i FROM
			(SELECT unnest(ARRAY['', 'few', 'many']) AS o UNION SELECT 'o' || generate_series(1, 500)) AS owners, generate_series(1, 100) AS i`,
		`INSERT INTO parts SELECT lpad(i::text, 36, '0'), n, 1, '', '' FROM generate_series(1, 2000) AS i, generate_series(1, 10) AS n`,
		`INSERT INTO tails SELECT lpad(i::text, 36, '0'), n, 1, '' FROM generate_series(1, 2000) AS i, generate_series(1, 10) AS n`,
		`INSERT INTO multiparts SELECT lpad(i::text, 36, '0'), '', 1, 0, CASE WHEN i % 50 = 0 THEN 0 ELSE 1 END, 1, 1
			FROM generate_series(1, 20000) AS i`,
	) {
		run(t, s, sql)
	}
	for _, sql := range indexes(t) {
		made := time.Now()
		run(t, s, "SET maintenance_work_mem = '256MB'; "+sql)
		t.Logf("%v for %s", time.Since(made).Round(time.Millisecond), sql)
	}
	run(t, s, "VACUUM ANALYZE")
	t.Logf("%d files in %v", n, time.Since(began).Round(time.Second))
	logSizes(t, s)
}

func run(t *testing.T, s *Store, sql string) {
	t.Helper()
	if _, err := s.pool.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatalf("%v in\n%s", err, sql)
	}
}

var orders = []string{"created", "name", "size", "owner_created", "owner_name", "owner_size", "word", "downloads"}

// dropped are the statements that drop the indexes which indexes makes again.
func dropped() (all []string) {
	for _, by := range orders {
		all = append(all, "DROP INDEX files_by_"+by)
	}
	return all
}

// indexes are the statements of the migrations that make them, the latest of each name.
func indexes(t *testing.T) (all []string) {
	t.Helper()
	latest := map[string]string{}
	for _, migration := range []string{"00001_start.sql", "00008_search_index.sql"} {
		content, err := os.ReadFile("../schema/postgres/" + migration)
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(string(content), "-- +goose Down")
		for _, statement := range strings.Split(up, ";\n") {
			if _, index, found := strings.Cut(statement, "CREATE INDEX files_by_"); found {
				name, _, _ := strings.Cut(index, " ")
				latest[name] = "CREATE INDEX files_by_" + index
			}
		}
	}
	for _, name := range orders {
		if latest[name] == "" {
			t.Fatalf("no migration makes the index files_by_%s", name)
		}
		all = append(all, latest[name])
	}
	return all
}

func logSizes(t *testing.T, s *Store) {
	t.Helper()
	rows, err := s.pool.Query(t.Context(),
		`SELECT relname || ' ' || pg_size_pretty(pg_relation_size(oid)) FROM pg_class
			WHERE relname LIKE 'files%' AND relkind IN ('r', 'i') ORDER BY relname`)
	if err != nil {
		t.Fatal(err)
	}
	sizes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	t.Log(strings.Join(sizes, ", "))
}
