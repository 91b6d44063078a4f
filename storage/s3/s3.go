// Package s3 stores the objects and multipart uploads of package multipart in a bucket
// of Amazon S3 or of a server that speaks its protocol.
package s3

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"pawl/storage/multipart"
)

// Config says where the bucket is, and what its server supports. Zero durations have
// defaults.
type Config struct {
	Bucket    string
	Prefix    string // of every key; the engine adds it
	Endpoint  string // URL of a server other than AWS's own
	Region    string
	PathStyle bool // the bucket in the path rather than in the host name
	// EqualParts has every part of an object but the last be of one size, as some
	// servers require (R2).
	EqualParts bool
	// NoChecksums leaves out the checksums of parts, for servers that do not know them.
	NoChecksums bool
	Log         *slog.Logger

	MaxBackoff    time.Duration // between two attempts
	AnswerTimeout time.Duration // for the answer to a request that has arrived
	CopyTimeout   time.Duration // for a copy or a completion, which some servers answer when it is done
}

// Limits of S3, see "Amazon S3 multipart upload limits" in its user guide.
const (
	MaxSize  int64 = 5 << 40 // bytes of one object
	minPart        = 5 << 20
	maxCopy        = 5 << 30
	maxParts       = 10_000
)

const (
	defaultMaxBackoff    = 4 * time.Second
	defaultAnswerTimeout = 15 * time.Second
	defaultCopyTimeout   = 10 * time.Minute
)

// Bucket implements [multipart.Remote].
type Bucket struct {
	config   Config
	client   *s3.Client
	patient  *s3.Client // for what the server may take minutes for
	refusals refusals
}

var _ multipart.Remote = (*Bucket)(nil)

// Open makes the bucket ready to be used. It asks nothing of the server.
func Open(ctx context.Context, c Config) (*Bucket, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.MaxBackoff = cmp.Or(c.MaxBackoff, defaultMaxBackoff)
	c.AnswerTimeout = cmp.Or(c.AnswerTimeout, defaultAnswerTimeout)
	c.CopyTimeout = cmp.Or(c.CopyTimeout, defaultCopyTimeout)
	b := &Bucket{config: c}
	var err error
	b.client, b.patient, err = newClients(ctx, c)
	return b, err
}

// Limits implements [multipart.Remote].
func (b *Bucket) Limits() multipart.Limits {
	return multipart.Limits{MinPart: minPart, MaxCopy: maxCopy, MaxParts: maxParts, EqualParts: b.config.EqualParts}
}
