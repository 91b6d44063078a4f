package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"pawl"
)

// BenchmarkSmallFile is what the end of a small upload writes, by 16 callers at a
// time: with a transaction of its own for each, and sharing commits.
func BenchmarkSmallFile(b *testing.B) {
	b.Run("own transaction", func(b *testing.B) { benchmarkSmallFile(b, make(chan struct{}, 1)) })
	b.Run("group commit", func(b *testing.B) { benchmarkSmallFile(b, make(chan struct{}, callers)) })
}

const callers = 16

// benchmarkSmallFile lets as many Updates wait for the writer as turns has room
// for: with one, no two of them ever meet in a batch.
func benchmarkSmallFile(b *testing.B, turns chan struct{}) {
	ctx := context.Background()
	s, err := Open(ctx, Config{Path: filepath.Join(b.TempDir(), "pawl.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.SetParallelism(max(1, callers/runtime.GOMAXPROCS(0)))
	var waits waits
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			begun := time.Now()
			turns <- struct{}{}
			err := s.Update(ctx, smallFile(begun))
			<-turns
			if err != nil {
				b.Error(err)
				return
			}
			waits.add(time.Since(begun))
		}
	})
	waits.report(b)
}

// waits are what callers waited, each.
type waits struct {
	mu  sync.Mutex
	all []time.Duration
}

func (w *waits) add(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, d)
}

func (w *waits) report(b *testing.B) {
	slices.Sort(w.all)
	for _, percentile := range []float64{50, 99, 99.9} {
		wait := w.all[int(float64(len(w.all)-1)*percentile/100)]
		b.ReportMetric(float64(wait.Microseconds()), fmt.Sprintf("p%v-µs", percentile))
	}
}

// smallFile is what the end of a small upload writes.
func smallFile(now time.Time) func(pawl.Tx) error { return writeSmallFile(smallFileAt(now)) }

func smallFileAt(now time.Time) pawl.File {
	id := pawl.NewID(now)
	return pawl.File{
		ID: id, Owner: "local", Name: "holiday " + string(id[20:]) + ".jpg", Size: 1000 + int64(id[30]),
		DeclaredType: "image/jpeg", MediaType: "image/jpeg", State: pawl.Ready,
		RawMetadata: "filename aG9saWRheS5qcGc=,filetype aW1hZ2UvanBlZw==",
		CreatedAt:   now, UpdatedAt: now,
	}
}

func writeSmallFile(f pawl.File) func(pawl.Tx) error {
	return func(tx pawl.Tx) error {
		if err := tx.InsertFile(f); err != nil {
			return err
		}
		err := tx.Count(pawl.Tally{
			At: f.CreatedAt, Owner: f.Owner, MediaType: f.MediaType,
			FilesAdded: 1, BytesAdded: f.Size, UploadsFinished: 1,
		})
		if err != nil {
			return err
		}
		return tx.Record(pawl.Event{
			At: f.CreatedAt, Type: pawl.FileCreated, Subject: f.ID, Owner: f.Owner, Outcome: pawl.Finished,
		})
	}
}
