package multipart

import (
	"context"
	"slices"

	"pawl"
)

// Tidy frees what a crash left between the remote and the manifests: multipart uploads
// and tails that no manifest names. Younger ones than AbandonedAfter stay, as their
// manifest may be about to be written; that is by the remote's clock, as ours may be
// wrong.
func (b *Blobs) Tidy(ctx context.Context) error {
	if err := b.tidyUploads(ctx); err != nil {
		return err
	}
	return b.tidyTails(ctx)
}

func (b *Blobs) tidyUploads(ctx context.Context) error {
	for u, err := range b.remote.ListUploads(ctx, b.config.Prefix) {
		if err != nil {
			return err
		}
		id, err := b.blobOfKey(u.Key)
		if err != nil || u.Age <= b.config.AbandonedAfter {
			continue
		}
		m, _, err := b.manifest(ctx, id)
		if err != nil {
			return err
		}
		if m.UploadID == u.ID && !m.Sealed {
			continue
		}
		b.log.InfoContext(ctx, "aborting an abandoned multipart upload", "blob", id, "age", u.Age)
		if err := b.remote.AbortUpload(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// tidyAtOnce is how many tails are deleted by one call.
const tidyAtOnce = 1000

func (b *Blobs) tidyTails(ctx context.Context) error {
	var orphans []string
	for o, err := range b.remote.ListObjects(ctx, b.config.Prefix+tailsFolder, true) {
		if err != nil {
			return err
		}
		id, err := b.blobOfTail(o.Key)
		if err != nil || o.Age <= b.config.AbandonedAfter {
			continue
		}
		m, _, err := b.manifest(ctx, id)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(m.Tails, func(t pawl.Tail) bool { return t.Key == o.Key }) {
			orphans = append(orphans, o.Key)
		}
		if len(orphans) == tidyAtOnce {
			if err := b.deleteOrphans(ctx, orphans); err != nil {
				return err
			}
			orphans = nil
		}
	}
	return b.deleteOrphans(ctx, orphans)
}

func (b *Blobs) deleteOrphans(ctx context.Context, tails []string) error {
	if len(tails) == 0 {
		return nil
	}
	b.log.InfoContext(ctx, "deleting abandoned tails", "tails", len(tails))
	return b.remote.DeleteObjects(ctx, tails...)
}
