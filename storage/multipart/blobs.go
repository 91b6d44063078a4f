package multipart

import (
	"context"
	"errors"

	"pawl"
)

// manifest returns the blob's manifest; there is false where it has none.
func (b *Blobs) manifest(ctx context.Context, id pawl.ID) (m pawl.Manifest, there bool, err error) {
	m, err = b.config.Manifests.Manifest(ctx, id)
	if pawl.KindOf(err) == pawl.NotFound {
		return pawl.Manifest{Blob: id}, false, nil
	}
	return m, err == nil, err
}

// update changes manifests.
func (b *Blobs) update(ctx context.Context, fn func(tx pawl.Tx) error) error {
	return b.tasks.commit(func() error { return b.config.Manifests.Update(ctx, fn) })
}

// Put stores a small blob whole. It gets no manifest: its object says everything.
func (b *Blobs) Put(ctx context.Context, id pawl.ID, p []byte) error {
	return b.put(ctx, b.Key(id), bytesContent(p), PutOptions{})
}

// Size returns what the manifest says, or the size of the object of a blob that was put
// whole.
func (b *Blobs) Size(ctx context.Context, id pawl.ID) (int64, error) {
	m, there, err := b.manifest(ctx, id)
	if err != nil || there {
		return m.Size, err
	}
	o, _, err := b.head(ctx, b.Key(id))
	return o.Size, err
}

// Sizes implements [pawl.Blobs].
func (b *Blobs) Sizes(ctx context.Context, ids []pawl.ID) (map[pawl.ID]int64, error) {
	sizes := make(map[pawl.ID]int64, len(ids))
	for _, id := range ids {
		size, err := b.Size(ctx, id)
		if err != nil {
			return nil, err
		}
		if size > 0 {
			sizes[id] = size
		}
	}
	return sizes, nil
}

// Delete removes the blob's bytes, and then its manifest.
func (b *Blobs) Delete(ctx context.Context, id pawl.ID) error {
	m, there, err := b.manifest(ctx, id)
	if err != nil {
		return err
	}
	var errs []error
	if m.UploadID != "" && !m.Sealed {
		errs = append(errs, b.remote.AbortUpload(ctx, b.upload(m)))
	}
	if len(m.Tails) > 0 {
		errs = append(errs, b.remote.DeleteObjects(ctx, tailKeys(m.Tails)...))
	}
	errs = append(errs, b.remote.DeleteObjects(ctx, b.Key(id)))
	if err := errors.Join(errs...); err != nil || !there {
		return err
	}
	return b.update(ctx, func(tx pawl.Tx) error { return tx.DeleteManifest(id) })
}

func tailKeys(tails []pawl.Tail) []string {
	keys := make([]string, len(tails))
	for i, tail := range tails {
		keys[i] = tail.Key
	}
	return keys
}

// partsSize returns how many bytes a manifest's parts have.
func partsSize(m pawl.Manifest) (size int64) {
	for _, p := range m.Parts {
		size += p.Size
	}
	return size
}
