package main

import (
	"context"
	"errors"
	"log/slog"

	"pawl"
	"pawl/storage/s3"
)

// backends holds the database and the storage.
type backends struct {
	database
	blobs  pawl.Blobs
	bucket *s3.Bucket           // where the blobs are; nil with a disk
	key    func(pawl.ID) string // returns the key of a blob in the bucket
	// writable returns an error if the last write to the disk failed; nil with S3.
	writable func(context.Context) error
	closers
}

// openBackends opens database and storage. With readOnly it changes nothing, so that it
// can be used beside a running server.
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
