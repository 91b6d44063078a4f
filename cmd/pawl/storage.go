package main

import (
	"context"
	"log/slog"

	"pawl/storage/disk"
	"pawl/storage/s3"
)

// openStorage opens the bytes' place.
func (g *ground) openStorage(ctx context.Context, c config, log *slog.Logger, look bool) error {
	if c.blobs == "" {
		return g.openBucket(ctx, c.bucket, log)
	}
	blobs, err := disk.Open(disk.Config{Dir: c.blobs, Log: log, Look: look})
	if err != nil {
		return err
	}
	g.onClose(blobs.Close)
	g.blobs, g.writable = blobs, blobs.Ready
	return nil
}

// openBucket opens the bucket, whether or not it can be used yet: a server that is
// started before its storage answers when that is there.
func (g *ground) openBucket(ctx context.Context, c s3.Config, log *slog.Logger) error {
	c.Books, c.Log = g.store, log
	blobs, err := s3.Open(ctx, c)
	if err != nil {
		return err
	}
	g.blobs, g.bucket = blobs, blobs
	go tryBucket(ctx, blobs, log)
	return nil
}

// tryBucket tells the operator of a bucket that cannot be used before a user does.
func tryBucket(ctx context.Context, blobs *s3.Blobs, log *slog.Logger) {
	if err := blobs.Check(ctx); err != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "the bucket cannot be used yet", "error", err)
	}
}
