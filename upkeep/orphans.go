package upkeep

import (
	"context"

	"pawl"
)

// orphanPage is how many blobs are asked about at a time.
const orphanPage = 500

// eachOrphan calls found for every blob that nothing refers to. writing reports whether a
// blob is being written right now: it is asked before the database, so that a blob whose
// row is being committed is seen by one or the other.
func eachOrphan(ctx context.Context, store pawl.Store, blobs pawl.Blobs, writing func(pawl.ID) bool, found func(pawl.BlobInfo) error) error {
	page := make([]pawl.BlobInfo, 0, orphanPage)
	sift := func() error {
		ids := make([]pawl.ID, 0, len(page))
		idle := page[:0]
		for _, blob := range page {
			if !writing(blob.ID) {
				ids, idle = append(ids, blob.ID), append(idle, blob)
			}
		}
		known, err := store.Referenced(ctx, ids)
		if err != nil {
			return err
		}
		for _, blob := range idle {
			if known[blob.ID] {
				continue
			}
			if err := found(blob); err != nil {
				return err
			}
		}
		return nil
	}
	for blob, err := range blobs.All(ctx) {
		if err != nil {
			return err
		}
		if page = append(page, blob); len(page) == cap(page) {
			if err := sift(); err != nil {
				return err
			}
			page = page[:0]
		}
	}
	return sift()
}
