package main

import (
	"context"
	"log/slog"

	"pawl/storage/disk"
	"pawl/storage/s3"
)

// openStorage opens the storage.
func (b *backends) openStorage(ctx context.Context, c config, log *slog.Logger, readOnly bool) error {
	if c.blobs == "" {
		return b.openBucket(ctx, c.bucket, log)
	}
	blobs, err := disk.Open(disk.Config{Dir: c.blobs, Log: log, Look: readOnly})
	if err != nil {
		return err
	}
	b.onClose(blobs.Close)
	b.blobs, b.writable = blobs, blobs.Ready
	return nil
}

// openBucket opens the bucket without waiting for it: a server may be started before its
// storage.
func (b *backends) openBucket(ctx context.Context, c s3.Config, log *slog.Logger) error {
	c.Books, c.Log = b.store, log
	blobs, err := s3.Open(ctx, c)
	if err != nil {
		return err
	}
	b.blobs, b.bucket = blobs, blobs
	go checkBucket(ctx, blobs, log)
	return nil
}

// checkBucket logs a warning if the bucket cannot be used.
func checkBucket(ctx context.Context, blobs *s3.Blobs, log *slog.Logger) {
	if err := blobs.Check(ctx); err != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "the bucket is not usable yet", "error", err)
	}
}
