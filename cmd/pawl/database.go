package main

import (
	"context"
	"log/slog"
	"time"

	"pawl"
	"pawl/db/postgres"
	"pawl/db/sqlite"
)

// store is a [pawl.Store] with its job queue.
type store interface {
	pawl.Store
	pawl.Jobs
	Close() error
}

// database is an open database. The fields after store are for databases that instances
// can share.
type database struct {
	store  store
	leases pawl.Leases // nil if instances cannot share it
	// listen receives notifications from other instances until ctx ends; may be nil.
	listen func(ctx context.Context, n notifications)
	// instances returns the number of other running instances; may be nil.
	instances func(ctx context.Context) (int64, error)
}

// notifications are the handlers of notifications from other instances.
type notifications struct {
	wanted func(pawl.ID) // another instance requests an upload that this one holds
	event  func()        // an event was recorded
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
	return database{store: s, leases: s.Leases(), instances: s.Instances, listen: func(ctx context.Context, n notifications) {
		s.Listen(ctx, postgres.Heard{Wanted: n.wanted, Event: n.event})
	}}, nil
}

const databaseRetry = 2 * time.Second

// awaitDatabase opens the database, and retries while it is unavailable: a server may be
// started before its database. It returns the last error when ctx ends.
func awaitDatabase(ctx context.Context, c config, log *slog.Logger) (database, error) {
	for {
		d, err := openDatabase(ctx, c, log)
		if pawl.KindOf(err) != pawl.Unavailable || ctx.Err() != nil {
			return d, err
		}
		log.WarnContext(ctx, "waiting for the database", "error", err)
		select {
		case <-time.After(databaseRetry):
		case <-ctx.Done():
			return database{}, err
		}
	}
}
