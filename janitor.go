package pawl

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Janitor does what no request waits for: it takes finished uploads to their
// file, frees the bytes of what was deleted, and writes counters down.
type Janitor struct {
	JanitorConfig
	began time.Time // the last heartbeat before this start
}

// JanitorConfig is what the janitor looks after.
type JanitorConfig struct {
	Uploads *Uploads
	Files   *Files
	Store   Store
	Blobs   Blobs
	Log     *slog.Logger
	Now     func() time.Time
}

const (
	keepEvery    = time.Second
	workEvery    = 10 * time.Second
	beatEvery    = time.Minute
	eventsKept   = 7 * 24 * time.Hour
	reclaimBatch = 256
	listPage     = 200
)

// NewJanitor makes a janitor; Run sets it to work.
func NewJanitor(c JanitorConfig) *Janitor { return &Janitor{JanitorConfig: c} }

// Run works until ctx ends. What only a start has to do comes first, beside the
// requests: a server with many uploads is ready at once.
func (j *Janitor) Run(ctx context.Context) {
	j.attempt(ctx, "start-up", j.recover)
	j.attempt(ctx, "heartbeat", j.beat)
	keep, work, beat := time.NewTicker(keepEvery), time.NewTicker(workEvery), time.NewTicker(beatEvery)
	defer keep.Stop()
	defer work.Stop()
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-keep.C:
			j.Uploads.Keep(ctx)
			j.attempt(ctx, "counting downloads", j.Files.Flush)
		case <-work.C:
			j.attempt(ctx, "finishing uploads", j.finishComplete)
			j.attempt(ctx, "freeing space", j.reclaim)
		case <-beat.C:
			j.attempt(ctx, "heartbeat", j.beat)
		}
	}
}

// Queue is the work that waits for the janitor. More than a thousand of a kind are
// counted as a thousand.
type Queue struct {
	Finishes int // uploads that have all their bytes and are no file yet
	Reclaims int // blobs whose bytes are to be freed
}

// Queue looks at what waits.
func (j *Janitor) Queue(ctx context.Context) (Queue, error) {
	const most = 1000
	whole, err := j.Store.Uploads(ctx, UploadQuery{OnlyWhole: true, Limit: most})
	if err != nil {
		return Queue{}, err
	}
	gone, err := j.Store.Reclaims(ctx, most)
	return Queue{Finishes: len(whole), Reclaims: len(gone)}, err
}

func (j *Janitor) attempt(ctx context.Context, what string, task func(context.Context) error) {
	if err := task(ctx); err != nil && ctx.Err() == nil {
		j.Log.WarnContext(ctx, "the janitor will try again", "task", what, "error", err)
	}
}

// recover puts right what a crash can have left: uploads that were complete but
// not yet files, joins cut off, bytes deleted in the database alone, and blobs
// without a row.
func (j *Janitor) recover(ctx context.Context) (err error) {
	if j.began, err = j.Store.Heartbeat(ctx); err != nil {
		return err
	}
	return errors.Join(j.resumeUploads(ctx, UploadQuery{Limit: listPage}), j.reclaim(ctx), j.reclaimOrphans(ctx))
}

// finishComplete drives the uploads that are known to be whole.
func (j *Janitor) finishComplete(ctx context.Context) error {
	return j.resumeUploads(ctx, UploadQuery{OnlyWhole: true, Limit: listPage})
}

func (j *Janitor) resumeUploads(ctx context.Context, q UploadQuery) error {
	for {
		page, err := j.Store.Uploads(ctx, q)
		if err != nil {
			return err
		}
		for _, up := range page {
			if err := j.Uploads.Resume(ctx, up.ID); err != nil && KindOf(err) != NotFound {
				j.Log.WarnContext(ctx, "an upload could not be taken on", "upload", up.ID, "error", err)
			}
		}
		if len(page) < q.Limit || ctx.Err() != nil {
			return ctx.Err()
		}
		q.Before = page[len(page)-1].ID
	}
}

// reclaim frees the bytes whose rows are gone.
func (j *Janitor) reclaim(ctx context.Context) error {
	for {
		ids, err := j.Store.Reclaims(ctx, reclaimBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := j.Blobs.Delete(ctx, id); err != nil {
				return err
			}
		}
		err = j.Store.Update(ctx, func(tx Tx) error {
			for _, id := range ids {
				if err := tx.Reclaimed(id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// orphanMargin is how far past the last heartbeat a crash can have left blobs.
const orphanMargin = beatEvery + time.Minute

// reclaimOrphans deletes blobs that no row wants: a crash came between their
// bytes and their row. A blob younger than the database's own last sign of life is
// left alone: then the database is the one that has lost something (it was
// restored from a backup, say), and the bytes may be all there is.
func (j *Janitor) reclaimOrphans(ctx context.Context) error {
	var kept int
	err := eachOrphan(ctx, j.Store, j.Blobs, j.Uploads.Writing, func(blob BlobInfo) error {
		if blob.ID.Time().After(j.began.Add(orphanMargin)) {
			kept++
			return nil
		}
		j.Log.InfoContext(ctx, "deleting an orphaned blob", "blob", blob.ID, "bytes", blob.Size)
		return j.Blobs.Delete(ctx, blob.ID)
	})
	if kept > 0 {
		j.Log.WarnContext(ctx, "blobs without a file are younger than the database; 'pawl check' lists them", "blobs", kept)
	}
	return err
}

func (j *Janitor) beat(ctx context.Context) error {
	now := j.Now()
	return j.Store.Update(ctx, func(tx Tx) error {
		if err := tx.ForgetEvents(now.Add(-eventsKept)); err != nil {
			return err
		}
		return tx.Beat(now)
	})
}
