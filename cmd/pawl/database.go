package main

import (
	"context"
	"log/slog"
	"time"

	"pawl"
	"pawl/db/postgres"
	"pawl/db/sqlite"
)

// store is a [pawl.Store] that was opened here, and its jobs.
type store interface {
	pawl.Store
	pawl.Jobs
	Close() error
}

// database is a store, with what comes beside it where instances share it.
type database struct {
	store  store
	leases pawl.Leases // nil: no other instance uses it
	// listen hears from the other instances until ctx ends; nil: there are none.
	listen func(ctx context.Context, h heard)
	// instances counts the others that are alive; nil: there are none.
	instances func(ctx context.Context) (int64, error)
}

// heard is told what other instances say: that they want an upload this one has,
// and that something has happened.
type heard struct {
	wanted func(pawl.ID)
	event  func()
}

// databaseOpener is openDatabase or awaitDatabase.
type databaseOpener func(ctx context.Context, c config, log *slog.Logger) (database, error)

func openDatabase(ctx context.Context, c config, log *slog.Logger) (database, error) {
	if c.postgres == "" {
		s, err := sqlite.Open(ctx, sqlite.Config{Path: c.sqlite, Log: log})
		if err != nil {
			return database{}, err
		}
		return database{store: s}, nil
	}
	s, err := postgres.Open(ctx, postgres.Config{URL: c.postgres, Log: log})
	if err != nil {
		return database{}, err
	}
	return database{store: s, leases: s.Leases(), instances: s.Instances, listen: func(ctx context.Context, h heard) {
		s.Listen(ctx, postgres.Heard{Wanted: h.wanted, Event: h.event})
	}}, nil
}

const askAgain = 2 * time.Second

// awaitDatabase is openDatabase for a server, which may be started before its
// database or while that is being replaced.
func awaitDatabase(ctx context.Context, c config, log *slog.Logger) (database, error) {
	for {
		d, err := openDatabase(ctx, c, log)
		if pawl.KindOf(err) != pawl.Unavailable || ctx.Err() != nil {
			return d, err
		}
		log.WarnContext(ctx, "the database is away; it is waited for", "error", err)
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
			return database{}, err
		}
	}
}
