package main

import (
	"context"
	"errors"
	"log/slog"

	"pawl"
	"pawl/storage/s3"
)

// ground is what the house stands on: where state is kept, and where bytes are.
type ground struct {
	database
	blobs  pawl.Blobs
	bucket *s3.Bucket           // where their objects are; nil if they are on a disk
	key    func(pawl.ID) string // the key of a blob's object in the bucket
	// writable reports whether the last write to the disk succeeded; nil: bytes are
	// elsewhere.
	writable func(context.Context) error
	closers
}

// openGround opens both; look leaves alone what a running server is at.
func openGround(ctx context.Context, c config, log *slog.Logger, openDatabase databaseOpener, look bool) (_ ground, err error) {
	var g ground
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Close())
		}
	}()
	if g.database, err = openDatabase(ctx, c, log); err != nil {
		return ground{}, err
	}
	g.onClose(g.store.Close)
	err = g.openStorage(ctx, c, log, look)
	return g, err
}
