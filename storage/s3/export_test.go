package s3

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"pawl"
)

// Hurry has the storage wait for less: at most backoff between two attempts, and no
// longer than answer for an answer.
func Hurry(c *Config, backoff, answer time.Duration) {
	c.pace = pace{backoff: backoff, answer: answer, patience: answer, body: 4 * answer, stall: answer}
}

// AbandonAfter changes how old something is that Tidy frees.
func AbandonAfter(c *Config, age time.Duration) { c.pace.abandoned = age }

// FreeMemory is how many bytes of the budget nobody has.
func (b *Blobs) FreeMemory() int64 {
	b.memory.mu.Lock()
	defer b.memory.mu.Unlock()
	return int64(b.memory.free) * chunkSize
}

// AbortUpload does to an open blob what somebody else could.
func (b *Blobs) AbortUpload(t *testing.T, id pawl.ID) {
	t.Helper()
	m, _, err := b.account(t.Context(), id)
	if err == nil {
		_, err = b.client.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{
			Bucket: &b.Bucket, Key: new(b.key(id)), UploadId: &m.UploadID,
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// DeleteTails does to an open blob what somebody else could.
func (b *Blobs) DeleteTails(t *testing.T, id pawl.ID) {
	t.Helper()
	m, _, err := b.account(t.Context(), id)
	if err == nil {
		err = b.deleteObjects(t.Context(), tailKeys(m.Tails))
	}
	if err != nil || len(m.Tails) == 0 {
		t.Fatalf("%d tails: %v", len(m.Tails), err)
	}
}

// Inventory is what there is in the bucket under the prefix.
type Inventory struct{ Uploads, Objects int }

// Inventory counts multipart uploads, and objects with tails among them.
func (b *Blobs) Inventory(t *testing.T) (have Inventory) {
	t.Helper()
	ctx := context.Background()
	uploads, err := b.client.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: &b.Bucket, Prefix: &b.Prefix})
	if err != nil {
		t.Fatal(err)
	}
	objects, err := b.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &b.Bucket, Prefix: &b.Prefix})
	if err != nil {
		t.Fatal(err)
	}
	return Inventory{len(uploads.Uploads), len(objects.Contents)}
}
