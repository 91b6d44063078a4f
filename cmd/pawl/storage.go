package main

import (
	"context"
	"log/slog"
	"sync"

	"pawl/storage/disk"
	"pawl/storage/multipart"
	"pawl/storage/s3"
)

// openStorage opens the storage.
func (b *backends) openStorage(ctx context.Context, c config, log *slog.Logger, readOnly bool) error {
	if c.blobs == "" {
		return b.openBucket(ctx, c, log)
	}
	blobs, err := disk.Open(disk.Config{Dir: c.blobs, Log: log, ReadOnly: readOnly})
	if err != nil {
		return err
	}
	b.onClose(blobs.Close)
	b.blobs, b.writable = blobs, blobs.Ready
	return nil
}

// openBucket opens the bucket without waiting for it: a server may be started before its
// storage.
func (b *backends) openBucket(ctx context.Context, c config, log *slog.Logger) error {
	c.bucket.Log = log
	bucket, err := s3.Open(ctx, c.bucket)
	if err != nil {
		return err
	}
	blobs := multipart.Open(multipart.Config{
		Remote: bucket, Manifests: b.store, Prefix: c.bucket.Prefix, Memory: c.s3Memory, Log: log,
	})
	b.blobs, b.bucket, b.key = blobs, bucket, blobs.Key
	checking, cancel := context.WithCancel(ctx)
	var check sync.WaitGroup
	check.Go(func() { checkBucket(checking, blobs, log) })
	b.onClose(func() error {
		cancel()
		check.Wait()
		return blobs.Close()
	})
	return nil
}

// checkBucket logs a warning if the bucket cannot be used.
func checkBucket(ctx context.Context, blobs *multipart.Blobs, log *slog.Logger) {
	if err := blobs.Check(ctx); err != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "the bucket is not usable yet", "error", err)
	}
}
