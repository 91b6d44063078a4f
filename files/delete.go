package files

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"pawl"
)

// MaxDeletions is how many files can be deleted at a time.
const MaxDeletions = 1000

const (
	// deleteTimeout bounds a deletion, which does not end with its request.
	deleteTimeout = 30 * time.Second
	// freeTimeout is how long a deletion deletes blobs itself. Jobs delete the rest.
	freeTimeout = 5 * time.Second
	// freeAtOnce is how many blobs it deletes at a time: each takes some round trips to
	// a bucket.
	freeAtOnce = 8
)

// Delete deletes a file and its bytes, for good. The error is of kind [pawl.NotFound] if
// there is no such file, or not for p to know of.
func (f *Service) Delete(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	results, err := f.DeleteAll(ctx, p, []pawl.ID{id})
	if err != nil {
		return err
	}
	return results[0]
}

// DeleteAll deletes files and their bytes, for good, at most [MaxDeletions] at a
// time: in one transaction, which does not end with ctx. results[i] is nil if ids[i] was
// deleted, or an error as that of [Service.Delete]. If DeleteAll itself returns an error,
// no file was deleted.
func (f *Service) DeleteAll(ctx context.Context, p pawl.Principal, ids []pawl.ID) (results []error, err error) {
	if err := f.Policy(p, pawl.ActDelete, p.ID); err != nil {
		return nil, err // before anybody learns which of the files there are
	}
	if len(ids) > MaxDeletions {
		return nil, pawl.Errorf(pawl.Invalid, "at most %d files can be deleted at a time", MaxDeletions)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteTimeout)
	defer cancel()
	files, err := f.Store.FilesWithIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	refused := make(map[pawl.ID]error)
	for id, file := range files {
		if err := f.Policy(p, pawl.ActDelete, file.Owner); err != nil {
			refused[id] = hideMissing(err)
			delete(files, id)
		}
	}
	deleted, err := f.deleteRows(ctx, files)
	if err != nil {
		return nil, err
	}
	f.free(ctx, deleted)
	return deletionResults(ids, deleted, refused), nil
}

// hideMissing returns the error of a file that is not there in place of a policy's,
// which has other words for one that is not to be known of.
func hideMissing(err error) error {
	if pawl.KindOf(err) == pawl.NotFound {
		return pawl.ErrNoSuchFile
	}
	return err
}

func deletionResults(ids, deleted []pawl.ID, refused map[pawl.ID]error) []error {
	gone := make(map[pawl.ID]bool, len(deleted))
	for _, id := range deleted {
		gone[id] = true
	}
	results := make([]error, len(ids))
	for i, id := range ids {
		switch {
		case gone[id]:
		case refused[id] != nil:
			results[i] = refused[id]
		default:
			results[i] = pawl.ErrNoSuchFile
		}
	}
	return results
}

// deleteRows deletes the files that are still there, and returns their ids.
func (f *Service) deleteRows(ctx context.Context, files map[pawl.ID]pawl.File) (deleted []pawl.ID, err error) {
	if len(files) == 0 {
		return nil, nil
	}
	now := f.Now()
	err = f.commit(ctx, func(tx pawl.Tx) error {
		if deleted, err = tx.DeleteFiles(slices.Sorted(maps.Keys(files))); err != nil {
			return err
		}
		return recordDeletions(tx, files, deleted, now)
	})
	return deleted, err
}

// recordDeletions enqueues the deletion of the blobs, and records the end of the files.
func recordDeletions(tx pawl.Tx, files map[pawl.ID]pawl.File, deleted []pawl.ID, now time.Time) error {
	jobs := make([]pawl.Job, len(deleted))
	for i, id := range deleted {
		jobs[i] = pawl.Job{Kind: pawl.ReclaimBlob, ID: id}
		if err := recordFileGone(tx, files[id], now); err != nil {
			return err
		}
	}
	return tx.Enqueue(jobs...)
}

// free deletes the blobs of deleted files at once, as far as that is quick.
func (f *Service) free(ctx context.Context, ids []pawl.ID) {
	ctx, cancel := context.WithTimeout(ctx, freeTimeout)
	defer cancel()
	next := make(chan pawl.ID)
	var work sync.WaitGroup
	for range min(freeAtOnce, len(ids)) {
		work.Go(func() {
			for id := range next {
				if err := f.Blobs.Delete(ctx, id); err != nil {
					f.Log.WarnContext(ctx, "a blob will be deleted later", "blob", id, "error", err)
				}
			}
		})
	}
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		next <- id
	}
	close(next)
	work.Wait()
}

func recordFileGone(tx pawl.Tx, f pawl.File, now time.Time) error {
	err := tx.Count(pawl.Tally{At: now, Owner: f.Owner, MediaType: f.MediaType, FilesRemoved: 1, BytesRemoved: f.Size})
	if err != nil {
		return err
	}
	return tx.Record(pawl.Event{At: now, Type: pawl.FileDeleted, Subject: f.ID, Owner: f.Owner})
}
