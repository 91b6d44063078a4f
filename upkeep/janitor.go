// Package upkeep does what no request waits for: it finishes, expires and cleans up, and
// checks the database against the storage.
package upkeep

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"pawl"
	"pawl/files"
	"pawl/uploads"
)

// Janitor does what no request waits for. Jobs are shared by all instances on one database;
// what is only in the memory of this one it saves itself.
type Janitor struct {
	Config
	began time.Time // the last heartbeat before this start
	clock clockWatch
	// seenAll says that every upload has been looked at once since the start.
	seenAll atomic.Bool
}

// Config is what a Janitor requires.
type Config struct {
	Uploads *uploads.Service
	Files   *files.Service
	Store   pawl.Store
	Jobs    pawl.Jobs
	Blobs   pawl.Blobs
	// Shared reports whether other instances use the same database and storage.
	Shared bool
	Log    *slog.Logger
	Now    func() time.Time
}

const (
	saveEvery  = time.Second
	beatEvery  = time.Minute
	eventsKept = 7 * 24 * time.Hour
	// usedPartsKept is how long a client may still ask for what it has sent of a file.
	usedPartsKept = 7 * 24 * time.Hour
	listPage      = 200
	// downtime is how long without a heartbeat clients may have tried to resume in vain;
	// grace is what their uploads get for it, and after a jump of the clock.
	downtime = time.Hour
	grace    = 24 * time.Hour
)

// New returns a Janitor; Run starts its work.
func New(c Config) *Janitor { return &Janitor{Config: c} }

// tasks returns the work that jobs ask for.
func (j *Janitor) tasks() map[pawl.JobKind]pawl.Task {
	return map[pawl.JobKind]pawl.Task{
		pawl.FinishUpload: func(ctx context.Context, id pawl.ID) error { return unlessGone(j.Uploads.FinishJob(ctx, id)) },
		pawl.ReclaimBlob:  j.Blobs.Delete,
		pawl.DigestFile:   func(ctx context.Context, id pawl.ID) error { return unlessGone(j.Files.Digest(ctx, id)) },
	}
}

// periodic returns the work that is done again and again.
func (j *Janitor) periodic() []pawl.Periodic {
	work := []pawl.Periodic{
		{Name: "finish_uploads", Every: time.Minute, Do: j.finishUploads},
		{Name: "expire_uploads", Every: 10 * time.Minute, Do: j.expireUploads},
		{Name: "reclaim_orphans", Every: time.Hour, Do: j.reclaimOrphans},
		{Name: "forget", Every: time.Hour, Do: j.forget},
	}
	if tidier, ok := j.Blobs.(pawl.Tidier); ok {
		work = append(work, pawl.Periodic{Name: "tidy_storage", Every: time.Hour, Do: tidier.Tidy})
	}
	return work
}

// unlessGone drops the error of a job for something that is not there any more: there is
// nothing left to do.
func unlessGone(err error) error {
	if kind := pawl.KindOf(err); kind == pawl.NotFound || kind == pawl.Gone {
		return nil
	}
	return err
}

// Run works until ctx ends.
func (j *Janitor) Run(ctx context.Context) {
	last, err := j.Store.Heartbeat(ctx)
	if err != nil {
		j.Log.WarnContext(ctx, "the last heartbeat is not known; no orphans are deleted", "error", err)
	}
	j.began = last.At
	if now := j.Now(); now.Sub(j.began) > downtime {
		j.Uploads.PostponeExpiry(now.Add(grace))
	}
	j.attempt(ctx, "heartbeat", j.beat)
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() { j.every(ctx, saveEvery, "counting downloads", j.save) })
	work.Go(func() { j.every(ctx, beatEvery, "heartbeat", j.beat) })
	j.Jobs.Work(ctx, j.tasks(), j.periodic())
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

func (j *Janitor) attempt(ctx context.Context, what string, task func(context.Context) error) {
	if err := task(ctx); err != nil && ctx.Err() == nil {
		j.Log.WarnContext(ctx, "a background task failed and will be retried", "task", what, "error", err)
	}
}

// save saves what is only in memory.
func (j *Janitor) save(ctx context.Context) error {
	j.Uploads.SaveProgress(ctx)
	return j.Files.Flush(ctx)
}

// finishUploads finishes the uploads that have all their bytes and are no file yet, after a
// crash for example; the first time it checks all, as rows may lag behind the blobs then.
// What one finish needs and is unavailable the others need too: they wait for the next
// round.
func (j *Janitor) finishUploads(ctx context.Context) error {
	q := pawl.UploadQuery{Owner: pawl.Everybody, Limit: listPage, OnlyWhole: j.seenAll.Load()}
	for {
		page, err := j.Store.Uploads(ctx, q)
		if err != nil {
			return err
		}
		for _, up := range page {
			err := j.Uploads.Advance(ctx, up.ID)
			if pawl.KindOf(err) == pawl.Unavailable {
				return err
			}
			if unlessGone(err) != nil && pawl.KindOf(err) != pawl.Locked {
				j.Log.WarnContext(ctx, "an upload could not be finished", "upload", up.ID, "error", err)
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(page) < q.Limit {
			j.seenAll.Store(true)
			return nil
		}
		q.Before = page[len(page)-1].ID
	}
}

// expireUploads ends the uploads for which nothing arrives any more.
func (j *Janitor) expireUploads(ctx context.Context) error {
	if j.clock.jumped(j.Now()) {
		j.Log.WarnContext(ctx, "the clock has jumped; uploads are given more time", "more", grace)
		j.Uploads.PostponeExpiry(j.Now().Add(grace))
	}
	n, err := j.Uploads.Expire(ctx)
	if n > 0 {
		j.Log.InfoContext(ctx, "uploads have expired", "uploads", n)
	}
	return err
}

// clockWatch compares the wall clock with the monotonic one.
type clockWatch struct {
	mu   sync.Mutex
	last time.Time
}

// jumped reports whether the wall clock was set since the last call.
func (w *clockWatch) jumped(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := w.last
	w.last = now
	if last.IsZero() {
		return false
	}
	off := now.Round(0).Sub(last.Round(0)) - now.Sub(last)
	return off.Abs() > time.Minute
}

const (
	// orphanMargin is how far past the last heartbeat a crash can have left blobs.
	orphanMargin = beatEvery + time.Minute
	// strangersMargin is the least age of an orphan for which another instance may be
	// about to insert the row. Ids have the time of the clock of who made them, and the
	// clocks of instances can be hours apart.
	strangersMargin = 24 * time.Hour
)

// reclaimOrphans deletes blobs that no row refers to: a crash came between their bytes and
// their row. It deletes only what was made while the database was known to be in use. Of
// what is younger the database may have lost the row (it was restored from a backup, say),
// and the bytes may be all there is.
func (j *Janitor) reclaimOrphans(ctx context.Context) error {
	from, to, err := j.orphanAge(ctx)
	if err != nil {
		return err
	}
	var kept int
	err = eachOrphan(ctx, j.Store, j.Blobs, j.Uploads.IsWriting, func(blob pawl.BlobInfo) error {
		if made := blob.ID.Time(); made.Before(from) || made.After(to) {
			kept++
			return nil
		}
		j.Log.InfoContext(ctx, "deleting an orphaned blob", "blob", blob.ID, "bytes", blob.Size)
		return j.Blobs.Delete(ctx, blob.ID)
	})
	if kept > 0 && !j.Shared {
		j.Log.WarnContext(ctx, "blobs without a file are younger than the database; 'pawl check' lists them", "blobs", kept)
	}
	return err
}

// orphanAge returns when an orphan must have been made to be deleted. An instance that is
// alone knows what it is writing; of several each may be about to insert a row.
func (j *Janitor) orphanAge(ctx context.Context) (from, to time.Time, err error) {
	if !j.Shared {
		return time.Time{}, j.began.Add(orphanMargin), nil
	}
	beat, err := j.Store.Heartbeat(ctx)
	return beat.Since, beat.At.Add(-strangersMargin), err
}

func (j *Janitor) beat(ctx context.Context) error {
	return j.Store.Update(ctx, func(tx pawl.Tx) error { return tx.Beat(j.Now()) })
}

// forget deletes what nobody asks for any more.
func (j *Janitor) forget(ctx context.Context) error {
	return j.Store.Update(ctx, func(tx pawl.Tx) error {
		if err := tx.ForgetUsedParts(j.Now().Add(-usedPartsKept)); err != nil {
			return err
		}
		return tx.ForgetEvents(j.Now().Add(-eventsKept))
	})
}
