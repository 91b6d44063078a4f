package multipart

import (
	"context"
	"errors"
	"maps"

	"pawl"
)

// manifest returns the blob's manifest; there is false where it has none.
func (b *Blobs) manifest(ctx context.Context, id pawl.ID) (m pawl.Manifest, there bool, err error) {
	m, err = b.config.Manifests.Manifest(ctx, id)
	if pawl.KindOf(err) == pawl.NotFound {
		return pawl.Manifest{Blob: id}, false, nil
	}
	if err == nil && m.Sealed {
		b.sealed.Add(id, m.Size) // for good: a sealed blob changes no more
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
	if size, ok := b.sealed.Get(id); ok {
		return size, nil
	}
	m, there, err := b.manifest(ctx, id)
	if err != nil || there {
		return m.Size, err
	}
	o, _, err := b.head(ctx, b.Key(id))
	return o.Size, err
}

// Sizes implements [pawl.Blobs]. It leaves out blobs that were put whole: those of
// uploads under way are not, unless they have no bytes.
func (b *Blobs) Sizes(ctx context.Context, ids []pawl.ID) (map[pawl.ID]int64, error) {
	sizes, err := b.manifestSizes(ctx, ids)
	maps.DeleteFunc(sizes, func(_ pawl.ID, size int64) bool { return size == 0 })
	return sizes, err
}

// manifestSizes returns the sizes of those of the blobs that have a manifest. It asks
// the database at most once.
func (b *Blobs) manifestSizes(ctx context.Context, ids []pawl.ID) (map[pawl.ID]int64, error) {
	sizes := make(map[pawl.ID]int64, len(ids))
	var unknown []pawl.ID
	for _, id := range ids {
		if size, ok := b.sealed.Get(id); ok {
			sizes[id] = size
		} else {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return sizes, nil
	}
	read, err := b.config.Manifests.ManifestSizes(ctx, unknown)
	if err != nil {
		return nil, err
	}
	maps.Copy(sizes, read)
	return sizes, nil
}

// Delete removes the blob's bytes, and then its manifest.
func (b *Blobs) Delete(ctx context.Context, id pawl.ID) error {
	m, there, err := b.manifest(ctx, id)
	if err != nil {
		return err
	}
	defer b.sealed.Remove(id)
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
