package s3

import (
	"context"
	"errors"
	"io"

	"pawl"
)

// account is the blob's account; there is false where it has none.
func (b *Blobs) account(ctx context.Context, id pawl.ID) (m pawl.Manifest, there bool, err error) {
	m, err = b.Books.Manifest(ctx, id)
	if pawl.KindOf(err) == pawl.NotFound {
		return pawl.Manifest{Blob: id}, false, nil
	}
	return m, err == nil, err
}

// Put stores a small blob whole. It gets no account: its object says all there is.
func (b *Blobs) Put(ctx context.Context, id pawl.ID, content []byte) error {
	return b.putObject(ctx, b.key(id), memorySource(content))
}

// Size is what the account says, or the object of a blob that was put whole.
func (b *Blobs) Size(ctx context.Context, id pawl.ID) (int64, error) {
	m, there, err := b.account(ctx, id)
	if err != nil || there {
		return m.Size, err
	}
	size, _, err := b.size(ctx, b.key(id))
	return size, err
}

// Delete removes the blob's bytes, and then its account.
func (b *Blobs) Delete(ctx context.Context, id pawl.ID) error {
	m, there, err := b.account(ctx, id)
	if err != nil {
		return err
	}
	var errs []error
	if m.UploadID != "" && !m.Sealed {
		errs = append(errs, b.abortMultipart(ctx, b.key(id), m.UploadID))
	}
	if keys := tailKeys(m.Tails); len(keys) > 0 {
		errs = append(errs, b.deleteObjects(ctx, keys))
	}
	errs = append(errs, b.deleteObject(ctx, b.key(id)))
	if err := errors.Join(errs...); err != nil || !there {
		return err
	}
	return b.Books.Update(ctx, func(tx pawl.Tx) error { return tx.DeleteManifest(id) })
}

func tailKeys(tails []pawl.Tail) []string {
	keys := make([]string, len(tails))
	for i, tail := range tails {
		keys[i] = tail.Key
	}
	return keys
}

func partsEnd(m pawl.Manifest) (end int64) {
	for _, p := range m.Parts {
		end += p.Size
	}
	return end
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

// OpenSealed implements [pawl.Blobs].
func (b *Blobs) OpenSealed(ctx context.Context, id pawl.ID, _ int64) (io.ReadSeekCloser, error) {
	return b.Open(ctx, id)
}
