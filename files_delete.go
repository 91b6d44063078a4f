package pawl

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// MaxDeletions is how many files can be deleted at a time.
const MaxDeletions = 1000

const (
	// deleteTimeout bounds a deletion, which does not end with its request.
	deleteTimeout = 30 * time.Second
	// freeTimeout is how long a deletion frees bytes itself. Jobs free the rest.
	freeTimeout = 5 * time.Second
	// freeAtOnce is how many blobs it frees at a time: each takes some round trips to
	// a bucket.
	freeAtOnce = 8
)

// Delete deletes a file and its bytes, for good. The error is of kind [NotFound] if
// there is no such file, or not for p to know of.
func (f *Files) Delete(ctx context.Context, p Principal, id ID) error {
	results, err := f.DeleteAll(ctx, p, []ID{id})
	if err != nil {
		return err
	}
	return results[0]
}

// DeleteAll deletes files and their bytes, for good, at most [MaxDeletions] at a
// time: in one transaction, which does not end with ctx. results[i] is what became
// of ids[i]: nil, or an error as that of [Files.Delete]. If DeleteAll itself
// returns an error, no file was deleted.
func (f *Files) DeleteAll(ctx context.Context, p Principal, ids []ID) (results []error, err error) {
	if err := f.Policy(p, ActDelete, p.ID); err != nil {
		return nil, err // before anybody learns which of the files there are
	}
	if len(ids) > MaxDeletions {
		return nil, Errorf(Invalid, "at most %d files can be deleted at a time", MaxDeletions)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteTimeout)
	defer cancel()
	files, err := f.Store.FilesWithIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	refused := make(map[ID]error)
	for id, file := range files {
		if err := f.Policy(p, ActDelete, file.Owner); err != nil {
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
	if KindOf(err) == NotFound {
		return ErrNoSuchFile
	}
	return err
}

func deletionResults(ids, deleted []ID, refused map[ID]error) []error {
	gone := make(map[ID]bool, len(deleted))
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
			results[i] = ErrNoSuchFile
		}
	}
	return results
}

// deleteRows deletes the files that are still there, and returns their ids.
func (f *Files) deleteRows(ctx context.Context, files map[ID]File) (deleted []ID, err error) {
	if len(files) == 0 {
		return nil, nil
	}
	now := f.Now()
	err = f.commit(ctx, func(tx Tx) error {
		if deleted, err = tx.DeleteFiles(slices.Sorted(maps.Keys(files))); err != nil {
			return err
		}
		return recordDeletions(tx, files, deleted, now)
	})
	return deleted, err
}

// recordDeletions asks for the bytes to be freed, and tells of the files' ends.
func recordDeletions(tx Tx, files map[ID]File, deleted []ID, now time.Time) error {
	jobs := make([]Job, len(deleted))
	for i, id := range deleted {
		jobs[i] = Job{Kind: ReclaimBlob, ID: id}
		if err := recordFileGone(tx, files[id], now); err != nil {
			return err
		}
	}
	return tx.Enqueue(jobs...)
}

// free frees the bytes of deleted files at once, as far as that goes quickly.
func (f *Files) free(ctx context.Context, ids []ID) {
	ctx, cancel := context.WithTimeout(ctx, freeTimeout)
	defer cancel()
	next := make(chan ID)
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

func recordFileGone(tx Tx, f File, now time.Time) error {
	err := tx.Count(Tally{At: now, Owner: f.Owner, MediaType: f.MediaType, FilesRemoved: 1, BytesRemoved: f.Size})
	if err != nil {
		return err
	}
	return tx.Record(Event{At: now, Type: FileDeleted, Subject: f.ID, Owner: f.Owner})
}
