package multipart

import (
	"context"
	"iter"

	"pawl"
)

const listPage = 500

// All lists the blobs that have a manifest and are not sealed, and the objects of
// others.
func (b *Blobs) All(ctx context.Context) iter.Seq2[pawl.BlobInfo, error] {
	return func(yield func(pawl.BlobInfo, error) bool) {
		open := make(map[pawl.ID]bool)
		if b.eachOpen(ctx, open, yield) {
			b.eachObject(ctx, open, yield)
		}
	}
}

// eachOpen lists the manifests of blobs that are not sealed, and notes those in open.
func (b *Blobs) eachOpen(ctx context.Context, open map[pawl.ID]bool, yield func(pawl.BlobInfo, error) bool) (more bool) {
	var after pawl.ID
	for {
		manifests, err := b.config.Manifests.Manifests(ctx, after, listPage)
		if err != nil {
			return yield(pawl.BlobInfo{}, err)
		}
		for _, m := range manifests {
			open[m.Blob] = true
			if !yield(pawl.BlobInfo{ID: m.Blob, Size: m.Size}, nil) {
				return false
			}
		}
		if len(manifests) < listPage {
			return true
		}
		after = manifests[len(manifests)-1].Blob
	}
}

// eachObject lists the objects of blobs, but for those of open blobs: one that is about
// to be sealed has an object already.
func (b *Blobs) eachObject(ctx context.Context, open map[pawl.ID]bool, yield func(pawl.BlobInfo, error) bool) {
	for o, err := range b.remote.ListObjects(ctx, b.config.Prefix, false) {
		if err != nil {
			yield(pawl.BlobInfo{}, err)
			return
		}
		id, err := b.blobOfKey(o.Key)
		if err == nil && !open[id] && !yield(pawl.BlobInfo{ID: id, Size: o.Size}, nil) {
			return
		}
	}
}
