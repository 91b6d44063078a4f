package main

import (
	"context"
	"math"
	"time"

	"pawl"
	"pawl/api/metrics"
)

// openHouse wires the use cases onto the ground.
func (s *server) openHouse(ctx context.Context) error {
	gates, err := newGates(s.config, s.log)
	if err != nil {
		return err
	}
	g := s.ground
	s.events = pawl.NewEvents(g.store, pawl.OwnersOnly)
	s.uploads = pawl.NewUploads(pawl.UploadsConfig{
		Store: g.store, Blobs: g.blobs, Leases: g.leases, Gates: gates, Policy: pawl.OwnersOnly, Events: s.events,
		MaxSize: s.config.maxSize, Expiry: s.config.expiry, Observer: s.meters.Observer(), Log: s.log, Now: time.Now,
	})
	s.files = pawl.NewFiles(pawl.FilesConfig{
		Store: g.store, Blobs: g.blobs, Gates: gates, Policy: pawl.OwnersOnly, Events: s.events, Log: s.log, Now: time.Now,
	})
	s.onClose(s.putAway)
	s.janitor = pawl.NewJanitor(pawl.JanitorConfig{
		Uploads: s.uploads, Files: s.files, Store: g.store, Blobs: g.blobs,
		Jobs: g.store, Shared: g.leases != nil, Log: s.log, Now: time.Now,
	})
	watch(ctx, s.meters, s.uploads, g.store)
	return nil
}

// watch adds what is looked at when the metrics are asked for.
func watch(ctx context.Context, meters *metrics.Metrics, uploads *pawl.Uploads, jobs pawl.Jobs) {
	meters.Watch("uploads_open", "Uploads that are being written now.", func() float64 { return float64(len(uploads.Active())) })
	waiting := func(kind pawl.JobKind) func() float64 {
		return func() float64 {
			all, err := jobs.Waiting(ctx)
			if err != nil {
				return math.NaN()
			}
			return float64(all[kind])
		}
	}
	meters.Watch("jobs_finish_waiting", "Uploads that wait for a job to make a file of them.", waiting(pawl.FinishUpload))
	meters.Watch("jobs_reclaim_waiting", "Deleted files and uploads whose bytes wait to be freed.", waiting(pawl.ReclaimBlob))
	meters.Watch("jobs_digest_waiting", "Files whose digest waits to be taken.", waiting(pawl.DigestFile))
}

const putAwayTimeout = 10 * time.Second

// putAway writes down what is only in memory.
func (s *server) putAway() error {
	ctx, cancel := context.WithTimeout(context.Background(), putAwayTimeout)
	defer cancel()
	s.uploads.Close(ctx)
	return s.files.Flush(ctx)
}
