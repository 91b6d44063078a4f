// Package postgres stores Pawl's state in a PostgreSQL database, which any number of
// instances can share.
//
// While the database is unreachable every call fails within seconds with an error of kind
// Unavailable. Calls succeed again when it is back, or when another server of those in
// the URL has taken over.
package postgres

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pawl"
	"pawl/db/jobs"
	"pawl/db/postgres/internal/query"
	"pawl/db/rows"
)

// Config configures a [Store].
type Config struct {
	// URL is of the form that libpq takes: postgres://user:password@host:port/database,
	// with commas between several hosts.
	URL string
	Log *slog.Logger
	// MaxConns is how many connections are used at most, 0 for a default. An instance
	// has two more, for notifications and for the renewals of its leases.
	MaxConns int
}

// Store is a [pawl.Store] in a PostgreSQL database.
type Store struct {
	rows.Reader
	pool      *pgxpool.Pool
	log       *slog.Logger
	leases    *Leases
	searches  rows.Searches
	jobs      *jobs.Queue[pgx.Tx]
	closeOnce sync.Once
}

var _ pawl.Store = (*Store)(nil)

const (
	defaultMaxConns = 16
	// readTimeout bounds a read, also a search that no index helps.
	readTimeout = 10 * time.Second
	// updateTimeout bounds a transaction once it runs; its caller's ctx does not.
	updateTimeout = 10 * time.Second
	// acquireTimeout is how long a call waits for a connection that works.
	acquireTimeout = 4 * time.Second
)

// Open connects to the database and brings its schema up to date, one instance after the
// other. The caller closes the store.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	config, err := poolConfig(c)
	if err != nil {
		return nil, err
	}
	if err := migrateSchema(ctx, config.ConnConfig, c.Log); err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, translate("open the database", err)
	}
	s := newStore(pool, rows.NewSearches(int(config.MaxConns)/2), c.Log)
	if s.leases, err = newLeases(s, config); err != nil {
		s.pool.Close()
		return nil, translate("open the database", err)
	}
	if err := s.openJobs(ctx); err != nil {
		_ = s.Close()
		return nil, translate("open the jobs", err)
	}
	return s, nil
}

func newStore(pool *pgxpool.Pool, searches rows.Searches, log *slog.Logger) *Store {
	s := &Store{pool: pool, log: log, searches: searches}
	s.Reader = rows.NewReader(dialect, s.read, s.snapshot, searches)
	return s
}

// Close waits for the calls under way, and releases the leases of this instance. Later
// calls fail with kind Unavailable.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.leases.close()
		s.pool.Close()
	})
	return nil
}

// Leases returns the leases of this instance, which registers when they are first asked
// for.
func (s *Store) Leases() *Leases {
	s.leases.start()
	return s.leases
}

// Ping returns an error if the database does not answer.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, "ping the database", func(ctx context.Context, q rows.Queries) error {
		_, err := q.EventSpan(ctx)
		return err
	})
}

// acquire waits for a connection. The caller releases it.
func (s *Store) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, acquireTimeout, errNoConnection)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil && ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), err)
	}
	return conn, err
}

var errNoConnection = errors.New("no connection could be had in time")

// read runs a read on a connection.
func (s *Store) read(ctx context.Context, doing string, fn func(context.Context, rows.Queries) error) error {
	return s.onConn(ctx, doing, func(ctx context.Context, conn *pgxpool.Conn) error {
		return fn(ctx, statements{query.New(conn)})
	})
}

// snapshot is read for several queries that have to see the same moment.
func (s *Store) snapshot(ctx context.Context, doing string, fn func(context.Context, rows.Queries) error) error {
	return s.onConn(ctx, doing, func(ctx context.Context, conn *pgxpool.Conn) error {
		tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx) // nothing was written
		return fn(ctx, statements{query.New(tx)})
	})
}

// onConn runs fn on a connection, and once more where that turned out to be one to a
// server that is gone.
func (s *Store) onConn(ctx context.Context, doing string, fn func(context.Context, *pgxpool.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	once := func() (again bool, err error) {
		conn, err := s.acquire(ctx)
		if err != nil {
			return false, err
		}
		defer conn.Release()
		err = fn(ctx, conn)
		return isLost(err), err
	}
	again, err := once()
	if again && ctx.Err() == nil {
		s.pool.Reset()
		_, err = once()
	}
	return translate(doing, err)
}
