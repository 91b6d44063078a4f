// Package postgres keeps Pawl's state in a PostgreSQL database, which any number of
// instances can share.
//
// While the database is away every call fails within seconds with an error of kind
// Unavailable, and works again by itself when it is back, or when another server
// of those in the URL has taken its place.
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
	"pawl/db/columns"
	"pawl/db/jobs"
	"pawl/db/postgres/internal/query"
)

// Config says where the database is.
type Config struct {
	// URL is of the form libpq knows: postgres://user:password@host:port/database,
	// several hosts with commas between them.
	URL string
	Log *slog.Logger
	// MaxConns is how many connections are used at most, 0 for a default. An instance
	// has two more, to hear from the others and to show that it is alive.
	MaxConns int
}

// Store is a [pawl.Store] in a PostgreSQL database.
type Store struct {
	pool      *pgxpool.Pool
	log       *slog.Logger
	leases    *Leases
	searches  columns.Searches
	jobs      *jobs.Queue[pgx.Tx]
	closeOnce sync.Once
}

var _ pawl.Store = (*Store)(nil)

const (
	defaultMaxConns = 16
	// readTimeout bounds a read, also the search that no index helps.
	readTimeout = 10 * time.Second
	// updateTimeout bounds a transaction once it runs: its caller's ctx does not.
	updateTimeout = 10 * time.Second
	// acquireTimeout is how long a call waits for a connection that works.
	acquireTimeout = 4 * time.Second
)

// Open connects to the database and brings its schema up to date; instances that
// start at the same time take turns at that. Its caller closes it.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	config, err := poolConfig(c)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, config.ConnConfig, c.Log); err != nil {
		return nil, err
	}
	s := &Store{log: c.Log, searches: columns.NewSearches(int(config.MaxConns) / 2)}
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, translate("open the database", err)
	}
	if err := s.openJobs(ctx); err != nil {
		s.pool.Close()
		return nil, translate("make the jobs ready", err)
	}
	if s.leases, err = newLeases(s, config); err != nil {
		s.pool.Close()
		return nil, translate("open the database", err)
	}
	return s, nil
}

// Close lets what is under way come to its end, refuses what is later, and lets
// other instances have the leases of this one at once.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.leases.close()
		s.pool.Close()
	})
	return nil
}

// Leases are this instance's, which begins to show that it is alive when they are
// first asked for.
func (s *Store) Leases() *Leases {
	s.leases.start()
	return s.leases
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	_, err := read(ctx, s, "ask the database", func(ctx context.Context, q *query.Queries) (struct{}, error) {
		_, err := q.EventSpan(ctx)
		return struct{}{}, err
	})
	return err
}

// acquire waits for a connection, which is the caller's to release.
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

func read[T any](ctx context.Context, s *Store, doing string, fn func(context.Context, *query.Queries) (T, error)) (T, error) {
	return readConn(ctx, s, doing, func(ctx context.Context, conn *pgxpool.Conn) (T, error) {
		return fn(ctx, query.New(conn))
	})
}

// readSnapshot is read for several queries that have to see the same moment.
func readSnapshot[T any](ctx context.Context, s *Store, doing string, fn func(context.Context, *query.Queries) (T, error)) (T, error) {
	return readConn(ctx, s, doing, func(ctx context.Context, conn *pgxpool.Conn) (value T, err error) {
		tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
		if err != nil {
			return value, err
		}
		defer tx.Rollback(ctx) // nothing was written
		return fn(ctx, query.New(tx))
	})
}

// readConn runs a read, and once more where the connection turned out to be one to
// a server that is gone.
func readConn[T any](ctx context.Context, s *Store, doing string, fn func(context.Context, *pgxpool.Conn) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var value T
	once := func() (again bool, err error) {
		conn, err := s.acquire(ctx)
		if err != nil {
			return false, err
		}
		defer conn.Release()
		value, err = fn(ctx, conn)
		return isLost(err), err
	}
	again, err := once()
	if again && ctx.Err() == nil {
		s.pool.Reset()
		_, err = once()
	}
	return value, translate(doing, err)
}
