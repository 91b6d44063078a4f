package main

import (
	"context"
	"log/slog"

	"pawl/storage/disk"
	"pawl/storage/s3"
)

// openStorage opens the bytes' place.
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

// openBucket opens the bucket, whether or not it can be used yet: a server that is
// started before its storage answers when that is there.
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

// checkBucket tells the operator of a bucket that cannot be used before a user does.
func checkBucket(ctx context.Context, blobs *s3.Blobs, log *slog.Logger) {
	if err := blobs.Check(ctx); err != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "the bucket cannot be used yet", "error", err)
	}
}
