package main

import (
	"context"
	"math"
	"time"

	"pawl"
	"pawl/api/metrics"
	"pawl/events"
	"pawl/files"
	"pawl/upkeep"
	"pawl/uploads"
)

// wireDomain creates the use cases on top of the backends.
func (s *server) wireDomain(ctx context.Context) error {
	gates, err := newGates(s.config, s.log)
	if err != nil {
		return err
	}
	b := s.backends
	s.events = events.New(b.store, pawl.OwnersOnly)
	s.uploads = uploads.New(uploads.Config{
		Store: b.store, Blobs: b.blobs, Leases: b.leases, Gates: gates, Policy: pawl.OwnersOnly, Events: s.events,
		MaxSize: s.config.maxSize, Expiry: s.config.expiry, Observer: s.meters.Observer(), Log: s.log, Now: time.Now,
	})
	s.files = files.New(files.Config{
		Store: b.store, Blobs: b.blobs, Gates: gates, Policy: pawl.OwnersOnly, Events: s.events, Log: s.log, Now: time.Now,
	})
	s.onClose(s.closeDomain)
	s.janitor = upkeep.New(upkeep.Config{
		Uploads: s.uploads, Files: s.files, Store: b.store, Blobs: b.blobs,
		Jobs: b.store, Shared: b.leases != nil, Log: s.log, Now: time.Now,
	})
	registerGauges(ctx, s.meters, s.uploads, b.store)
	return nil
}

// registerGauges adds the gauges that are computed when metrics are scraped.
func registerGauges(ctx context.Context, meters *metrics.Metrics, uploads *uploads.Service, jobs pawl.Jobs) {
	meters.Watch("uploads_open", "Uploads being written.", func() float64 { return float64(len(uploads.Active())) })
	waiting := func(kind pawl.JobKind) func() float64 {
		return func() float64 {
			all, err := jobs.Waiting(ctx)
			if err != nil {
				return math.NaN()
			}
			return float64(all[kind])
		}
	}
	meters.Watch("jobs_finish_waiting", "Complete uploads waiting for a job to turn them into files.", waiting(pawl.FinishUpload))
	meters.Watch("jobs_reclaim_waiting", "Deleted files and ended uploads whose bytes are waiting to be deleted.", waiting(pawl.ReclaimBlob))
	meters.Watch("jobs_digest_waiting", "Files waiting for their digest to be computed.", waiting(pawl.DigestFile))
}

const closeTimeout = 10 * time.Second

// closeDomain saves state that is only in memory.
func (s *server) closeDomain() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	s.uploads.Close(ctx)
	return s.files.Flush(ctx)
}
