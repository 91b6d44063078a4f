// Package s3 keeps blobs as objects of an S3 bucket.
//
// S3 takes large pieces alone and shows nothing of an object before its end. So a
// blob that grows is a multipart upload: full parts go to it, and what is left over
// at the end of a request, the tail, waits in an object of its own. What is where is
// in the blob's account in the database, see [pawl.Manifest]; no listing is ever
// believed.
package s3

import (
	"context"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"pawl"
)

// Config says where the bucket is, and how to treat it. Zero fields have defaults.
type Config struct {
	Bucket    string
	Prefix    string // of every key; with its slash, if it is to have one
	Endpoint  string // URL of a server other than AWS's own
	Region    string
	PathStyle bool // the bucket in the path rather than in the host name
	// EqualParts has every part of an object but the last be of one size, as some
	// servers want (R2).
	EqualParts bool
	// NoChecksums leaves out the checksums of pieces, for servers that do not know them.
	NoChecksums bool

	Books       Books
	Memory      int64         // bytes of all uploads together that are not in S3 yet
	PartSize    int64         // bytes, of the smallest part
	Concurrency int           // parts of one upload under way at a time
	SettleAfter time.Duration // how long a slow client's bytes stay in memory alone
	Log         *slog.Logger

	pace pace
}

// Books is the database that the accounts are in.
type Books interface {
	Update(ctx context.Context, fn func(tx pawl.Tx) error) error
	pawl.ManifestReader
}

const (
	minPartSize        = 5 << 20 // S3's own limit
	defaultPartSize    = 8 << 20
	defaultMemory      = 256 << 20
	defaultConcurrency = 4
	defaultSettleAfter = 10 * time.Second
)

// Blobs implements [pawl.Blobs].
type Blobs struct {
	Config
	client   *s3.Client
	patient  *s3.Client // for what the server may take minutes for
	memory   *budget
	refusals refusals
}

var (
	_ pawl.Blobs  = (*Blobs)(nil)
	_ pawl.Tidier = (*Blobs)(nil)
)

// Open makes the bucket ready to be used. It asks nothing of it: see [Blobs.Check].
func Open(ctx context.Context, c Config) (*Blobs, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Memory = orDefault(c.Memory, defaultMemory)
	c.PartSize = max(orDefault(c.PartSize, defaultPartSize), minPartSize)
	c.Concurrency = int(orDefault(int64(c.Concurrency), defaultConcurrency))
	c.SettleAfter = time.Duration(orDefault(int64(c.SettleAfter), int64(defaultSettleAfter)))
	c.pace = c.pace.orDefault()
	b := &Blobs{Config: c, memory: newBudget(c.Memory)}
	var err error
	b.client, b.patient, err = newClients(ctx, c)
	return b, err
}

func orDefault(n, fallback int64) int64 {
	if n <= 0 {
		return fallback
	}
	return n
}

// Close does nothing: what is durable is in the bucket.
func (b *Blobs) Close() error { return nil }

// key is where a blob's object is. Ids tell nothing of names.
func (b *Blobs) key(id pawl.ID) string { return b.Prefix + string(id) }

const tailsFolder = "tails/"

// tailKey is where a tail is. unique tells tails of one blob apart.
func (b *Blobs) tailKey(id pawl.ID, unique string) string {
	return b.Prefix + tailsFolder + string(id) + "/" + unique
}

// blobOfTail is the blob that a tail's key names.
func (b *Blobs) blobOfTail(key string) (pawl.ID, error) {
	rest := strings.TrimPrefix(key, b.Prefix+tailsFolder)
	name, _, _ := strings.Cut(rest, "/")
	return pawl.ParseID(name)
}

// Free is without bounds.
func (b *Blobs) Free(context.Context) (int64, error) { return math.MaxInt64, nil }

// Check reports whether the bucket is there and can be written and read.
func (b *Blobs) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	key := b.Prefix + "check"
	if err := b.putObject(ctx, key, memorySource([]byte("pawl"))); err != nil {
		return err
	}
	// It may be gone already: another instance checks at the same time.
	if _, _, err := b.size(ctx, key); err != nil {
		return err
	}
	return b.deleteObject(ctx, key)
}
