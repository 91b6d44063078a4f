package main

import (
	"context"
	"errors"
	"log/slog"

	"pawl"
	"pawl/storage/s3"
)

// ground is what the house stands on: where state is kept, and where bytes are.
type backends struct {
	database
	blobs  pawl.Blobs
	bucket *s3.Blobs // the same, if they are there; else nil
	// writable reports whether the last write to the disk succeeded; nil: bytes are
	// elsewhere.
	writable func(context.Context) error
	closers
}

// openBackends opens both; look leaves alone what a running server is at.
func openBackends(ctx context.Context, c config, log *slog.Logger, openDatabase databaseOpener, readOnly bool) (_ backends, err error) {
	var b backends
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
		}
	}()
	if b.database, err = openDatabase(ctx, c, log); err != nil {
		return backends{}, err
	}
	b.onClose(b.store.Close)
	err = b.openStorage(ctx, c, log, readOnly)
	return b, err
}
