// Package sqlite stores Pawl's state in one SQLite file.
//
// Writes share their commits: see [Store.Update]. Reads have connections of their
// own, never wait for a writer, and see everything committed before they begin.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"modernc.org/sqlite"

	"pawl"
	"pawl/db/jobs"
	"pawl/db/rows"
	"pawl/db/sqlite/internal/query"
)

// Config configures a [Store].
type Config struct {
	Path string // of the database file; created, with its directory, where it is missing
	Log  *slog.Logger
}

// Store is a [pawl.Store] in a SQLite file.
type Store struct {
	rows.Reader
	reads     *sql.DB
	queries   *query.Queries // prepared for reads
	searches  rows.Searches
	writes    *writer
	work      *sql.DB // the jobs' own connection
	jobs      *jobs.Queue[*sql.Tx]
	closeOnce sync.Once
	closeErr  error
}

var _ pawl.Store = (*Store)(nil)

// readers is how many reads run at the same time. They are short and mostly from
// memory: more of them would only compete for the processors.
const readers = 4

// Open opens the database and brings its schema up to date. Its caller closes it.
func Open(ctx context.Context, c Config) (_ *Store, err error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	// A commit waits for the disk, half as long without a sync of the file's times.
	// Where the system has no fdatasync, fsync stays.
	_, _ = sqlite.Fdatasync(true)
	if err := create(c.Path); err != nil {
		return nil, translate("open the database", err)
	}
	if err := migrateSchema(ctx, c); err != nil {
		return nil, translate("bring the database's schema up to date", err)
	}
	s := &Store{searches: rows.NewSearches(readers / 2)}
	s.Reader = rows.NewReader(dialect, s.read, s.snapshot, s.searches)
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if err := s.openJobs(ctx, c); err != nil {
		return nil, translate("open the jobs", err)
	}
	if s.writes, err = newWriter(ctx, c, s.jobs); err != nil {
		return nil, translate("open the database for writing", err)
	}
	if s.reads, err = open(c.Path, readers, readerPragmas, !immediate); err != nil {
		return nil, translate("open the database for reading", err)
	}
	if s.queries, err = query.Prepare(ctx, s.reads); err != nil {
		return nil, translate("open the database for reading", err)
	}
	return s, nil
}

// Close waits for the writes under way. Later calls fail with kind Unavailable.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		var errs []error
		if s.queries != nil {
			errs = append(errs, s.queries.Close())
		}
		if s.reads != nil {
			errs = append(errs, s.reads.Close())
		}
		if s.work != nil {
			errs = append(errs, s.work.Close())
		}
		// The writer closes last: the last connection to close copies the log into the
		// database file, which one that only reads cannot.
		if s.writes != nil {
			errs = append(errs, s.writes.Close())
		}
		s.closeErr = errors.Join(errs...)
	})
	return s.closeErr
}

// Ping returns an error if the database does not answer, or if the last change could not
// be written. A running server writes a heartbeat every minute.
func (s *Store) Ping(ctx context.Context) error {
	if _, err := s.queries.Heartbeat(ctx); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return translate("ping the database", err)
	}
	if failure := s.writes.failure.Load(); failure != nil {
		return *failure
	}
	return nil
}

// read runs a read on one of the connections for reads.
func (s *Store) read(ctx context.Context, doing string, fn func(context.Context, rows.Queries) error) error {
	return translate(doing, fn(ctx, statements{s.queries}))
}

// snapshot is read for several queries that have to see the same moment.
func (s *Store) snapshot(ctx context.Context, doing string, fn func(context.Context, rows.Queries) error) error {
	transaction, err := s.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return translate(doing, err)
	}
	defer transaction.Rollback() // nothing was written
	return translate(doing, fn(ctx, statements{s.queries.WithTx(transaction)}))
}

type pragma struct{ name, value string }

var (
	writerPragmas = []pragma{
		{"busy_timeout", "10000"}, // milliseconds; other processes may read or write
		{"journal_mode", "WAL"},
		{"synchronous", "FULL"}, // a commit is durable when it returns (I1)
		{"foreign_keys", "1"},
		{"temp_store", "MEMORY"},         // of savepoints, what they may have to restore
		{"cache_size", "-32768"},         // KiB
		{"wal_autocheckpoint", "0"},      // see checkpoint.go
		{"journal_size_limit", logLimit}, // what a burst added to the log is freed
	}
	// A power cut may lose what the jobs' own connection commits: a job is done once
	// more then. The writer commits what enqueues them.
	jobPragmas = []pragma{
		{"busy_timeout", "10000"},
		{"synchronous", "NORMAL"},
		{"temp_store", "MEMORY"},
		{"wal_autocheckpoint", "0"},
	}
	readerPragmas = []pragma{
		{"busy_timeout", "10000"},
		{"query_only", "1"},
		{"temp_store", "MEMORY"},
		{"cache_size", "-16384"},
		{"wal_autocheckpoint", "0"},
	}
)

var logLimit = strconv.Itoa(64 << 20) // bytes

// immediate has transactions take the write lock when they begin.
const immediate = true

// open opens a pool of at most max connections, all of which stay open.
func open(path string, max int, pragmas []pragma, immediately bool) (*sql.DB, error) {
	params := url.Values{}
	if immediately {
		params.Set("_txlock", "immediate")
	}
	for _, p := range pragmas {
		params.Add("_pragma", p.name+"("+p.value+")")
	}
	file := url.URL{Path: path} // escapes what has a meaning in a URI
	pool, err := sql.Open("sqlite", "file:"+file.EscapedPath()+"?"+params.Encode())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(max)
	pool.SetMaxIdleConns(max)
	return pool, nil
}

// create creates the file where it is missing, readable for its owner alone, and makes
// its name in the directory durable, which SQLite does not.
func create(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), syncDir(dir))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	// Not every file system can sync a directory, and then it needs none.
	_ = d.Sync()
	return nil
}
