package pawl

import (
	"context"
	"log/slog"
	"sync"
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

// Run works until ctx ends. What only a start has to do goes on beside the
// requests: a server with many uploads is ready at once.
func (j *Janitor) Run(ctx context.Context) {
	var err error
	if j.began, err = j.Store.Heartbeat(ctx); err != nil {
		j.Log.WarnContext(ctx, "the last heartbeat is not known; no orphans are deleted", "error", err)
	}
	j.attempt(ctx, "heartbeat", j.beat)
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() { j.finish(ctx) })
	work.Go(func() { j.free(ctx) })
	keep, beat := time.NewTicker(keepEvery), time.NewTicker(beatEvery)
	defer keep.Stop()
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-keep.C:
			j.Uploads.Keep(ctx)
			j.attempt(ctx, "counting downloads", j.Files.Flush)
		case <-beat.C:
			j.attempt(ctx, "heartbeat", j.beat)
		}
	}
}

// finish takes uploads to their file. It may have to ask somebody who is slow, so
// nothing else waits for it.
func (j *Janitor) finish(ctx context.Context) {
	q := UploadQuery{Limit: listPage} // everything: after a crash rows say less than the blobs
	round := func(ctx context.Context) error {
		err := j.resumeUploads(ctx, q)
		if err == nil {
			q.OnlyWhole = true
		}
		return err
	}
	j.attempt(ctx, "finishing uploads", round)
	j.every(ctx, workEvery, "finishing uploads", round)
}

// free gives back the space of what is deleted, and of what a crash left over.
func (j *Janitor) free(ctx context.Context) {
	j.attempt(ctx, "freeing space", j.reclaim)
	j.attempt(ctx, "freeing space", j.reclaimOrphans)
	j.every(ctx, workEvery, "freeing space", j.reclaim)
}

func (j *Janitor) every(ctx context.Context, interval time.Duration, what string, task func(context.Context) error) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			j.attempt(ctx, what, task)
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

// resumeUploads takes uploads on, page by page. When what a finish needs is away,
// it is away for the others too: they wait for the next round.
func (j *Janitor) resumeUploads(ctx context.Context, q UploadQuery) error {
	for {
		page, err := j.Store.Uploads(ctx, q)
		if err != nil {
			return err
		}
		for _, up := range page {
			err := j.Uploads.Resume(ctx, up.ID)
			if KindOf(err) == Unavailable {
				return err
			}
			if err != nil && KindOf(err) != NotFound {
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
