// Package multipart stores blobs as objects of a [Remote], such as a bucket of S3.
//
// Such a store takes large parts only and shows nothing of an object before it is
// complete. So a blob that grows is a multipart upload: full parts go to it, and what
// is left over at the end of a request, the tail, waits in an object of its own. The
// blob's manifest in the database says which parts and tails there are, see
// [pawl.Manifest]; a listing is never relied on for it.
package multipart

import (
	"cmp"
	"context"
	"log/slog"
	"math"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"pawl"
)

// Config is what the engine needs. Zero durations and sizes have defaults.
type Config struct {
	Remote    Remote
	Manifests ManifestStore
	Prefix    string // of every key; with its slash, if it is to have one
	Log       *slog.Logger

	Memory      int64         // bytes of all uploads together that are not in the remote yet
	PartSize    int64         // bytes of the smallest part
	Concurrency int           // parts of one upload that are sent at the same time
	FlushAfter  time.Duration // how long a slow client's bytes stay in memory alone

	BodyTimeout    time.Duration // of a call with a body, beside the time the body itself takes
	StallTimeout   time.Duration // how long a body that is read may deliver nothing
	AbandonedAfter time.Duration // see [Blobs.Tidy]
	CloseTimeout   time.Duration // see [Blobs.Close]
}

// ManifestStore is the database that has the manifests.
type ManifestStore interface {
	Update(ctx context.Context, fn func(tx pawl.Tx) error) error
	pawl.ManifestReader
}

const (
	defaultMemory         = 256 << 20
	defaultPartSize       = 8 << 20
	defaultConcurrency    = 4
	defaultFlushAfter     = 10 * time.Second
	defaultBodyTimeout    = time.Minute
	defaultStallTimeout   = 30 * time.Second
	defaultAbandonedAfter = 24 * time.Hour
	defaultCloseTimeout   = 10 * time.Second
)

// Blobs implements [pawl.Blobs] and [pawl.Tidier].
type Blobs struct {
	config Config
	remote Remote
	limits Limits
	log    *slog.Logger
	memory *budget
	tasks  *tasks
	sealed *lru.Cache[pawl.ID, int64] // sizes of blobs that are known to be sealed
}

// sealedCache is how many sealed blobs are known at most: parts of uploads to be joined
// are asked about several times.
const sealedCache = 1 << 14

var (
	_ pawl.Blobs  = (*Blobs)(nil)
	_ pawl.Tidier = (*Blobs)(nil)
)

// Open makes the engine ready. It asks nothing of the remote: see [Blobs.Check].
func Open(c Config) *Blobs {
	limits := c.Remote.Limits()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Memory = cmp.Or(c.Memory, defaultMemory)
	c.PartSize = max(cmp.Or(c.PartSize, defaultPartSize), limits.MinPart)
	c.Concurrency = cmp.Or(c.Concurrency, defaultConcurrency)
	c.FlushAfter = cmp.Or(c.FlushAfter, defaultFlushAfter)
	c.BodyTimeout = cmp.Or(c.BodyTimeout, defaultBodyTimeout)
	c.StallTimeout = cmp.Or(c.StallTimeout, defaultStallTimeout)
	c.AbandonedAfter = cmp.Or(c.AbandonedAfter, defaultAbandonedAfter)
	c.CloseTimeout = cmp.Or(c.CloseTimeout, defaultCloseTimeout)
	b := &Blobs{config: c, remote: c.Remote, limits: limits, log: c.Log, tasks: newTasks()}
	b.sealed, _ = lru.New[pawl.ID, int64](sealedCache) // fails for a size below 1 only
	b.memory = newBudget(max(c.Memory, 2*limits.MinPart), b.tasks)
	return b
}

// Close waits until what runs in the background has ended: parts that are being sent
// and tails that are being deleted. After CloseTimeout it stops them, and what was not
// durable stays unacknowledged. Nothing is committed after Close.
func (b *Blobs) Close() error {
	if !b.tasks.close(b.config.CloseTimeout) {
		b.log.Warn("calls to the storage or the database have not ended, and nobody waits for them any more")
	}
	return nil
}

// Free reports no bound: remotes have none that they report.
func (b *Blobs) Free(context.Context) (int64, error) { return math.MaxInt64, nil }

// Check reports whether the remote can be written and read.
func (b *Blobs) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	key := b.config.Prefix + "check"
	if err := b.put(ctx, key, bytesContent([]byte("pawl")), PutOptions{}); err != nil {
		return err
	}
	// Another instance that checks at the same time may have deleted it.
	if _, _, err := b.head(ctx, key); err != nil {
		return err
	}
	return b.remote.DeleteObjects(ctx, key)
}
