package main

import (
	"context"
	"log/slog"
	"sync"

	"pawl/storage/disk"
	"pawl/storage/multipart"
	"pawl/storage/s3"
)

// openStorage opens the storage of blobs: a directory, or a bucket.
func (g *ground) openStorage(ctx context.Context, c config, log *slog.Logger, look bool) error {
	if c.blobs == "" {
		return g.openBucket(ctx, c, log)
	}
	blobs, err := disk.Open(disk.Config{Dir: c.blobs, Log: log, ReadOnly: look})
	if err != nil {
		return err
	}
	g.onClose(blobs.Close)
	g.blobs, g.writable = blobs, blobs.Ready
	return nil
}

// openBucket opens the bucket, whether or not it can be used yet: a server that is
// started before its storage answers when that is there.
func (g *ground) openBucket(ctx context.Context, c config, log *slog.Logger) error {
	c.bucket.Log = log
	bucket, err := s3.Open(ctx, c.bucket)
	if err != nil {
		return err
	}
	blobs := multipart.Open(multipart.Config{
		Remote: bucket, Manifests: g.store, Prefix: c.bucket.Prefix, Memory: c.s3Memory, Log: log,
	})
	g.blobs, g.bucket, g.key = blobs, bucket, blobs.Key
	checking, cancel := context.WithCancel(ctx)
	var check sync.WaitGroup
	check.Go(func() { checkBucket(checking, blobs, log) })
	g.onClose(func() error {
		cancel()
		check.Wait()
		return blobs.Close()
	})
	return nil
}

// checkBucket warns the operator of a bucket that cannot be used before a user notices.
func checkBucket(ctx context.Context, blobs *multipart.Blobs, log *slog.Logger) {
	if err := blobs.Check(ctx); err != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "the bucket cannot be used yet", "error", err)
	}
}
