package s3

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithy "github.com/aws/smithy-go/middleware"

	"pawl"
)

const listPage = 500

// All lists the blobs that have an account and are open, and the objects of others.
func (b *Blobs) All(ctx context.Context) iter.Seq2[pawl.BlobInfo, error] {
	return func(yield func(pawl.BlobInfo, error) bool) {
		open := make(map[pawl.ID]bool)
		if b.eachOpen(ctx, open, yield) {
			b.eachObject(ctx, open, yield)
		}
	}
}

// eachObject goes through the objects directly under the prefix, but for those of
// open blobs: one that is about to be sealed has an object already.
func (b *Blobs) eachObject(ctx context.Context, open map[pawl.ID]bool, yield func(pawl.BlobInfo, error) bool) {
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{
		Bucket: &b.Bucket, Prefix: &b.Prefix, Delimiter: aws.String("/"),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			yield(pawl.BlobInfo{}, b.translate("list objects", err))
			return
		}
		for _, object := range page.Contents {
			id, err := pawl.ParseID(strings.TrimPrefix(aws.ToString(object.Key), b.Prefix))
			if err == nil && !open[id] && !yield(pawl.BlobInfo{ID: id, Size: aws.ToInt64(object.Size)}, nil) {
				return
			}
		}
	}
}

// eachOpen goes through the accounts of blobs that are not sealed, and notes them.
func (b *Blobs) eachOpen(ctx context.Context, open map[pawl.ID]bool, yield func(pawl.BlobInfo, error) bool) (more bool) {
	var after pawl.ID
	for {
		accounts, err := b.Books.Manifests(ctx, after, listPage)
		if err != nil {
			return yield(pawl.BlobInfo{}, err)
		}
		for _, m := range accounts {
			open[m.Blob] = true
			if !yield(pawl.BlobInfo{ID: m.Blob, Size: m.Size}, nil) {
				return false
			}
		}
		if len(accounts) < listPage {
			return true
		}
		after = accounts[len(accounts)-1].Blob
	}
}

// abandonedAfter is how old something is at least that no account knows, by the
// storage's own clock, to be freed: its account may be about to be written.
const abandonedAfter = 24 * time.Hour

// Tidy frees what a crash left between S3 and the accounts: multipart uploads and
// tails.
func (b *Blobs) Tidy(ctx context.Context) error {
	if err := b.tidyMultiparts(ctx); err != nil {
		return err
	}
	return b.tidyTails(ctx)
}

func (b *Blobs) tidyMultiparts(ctx context.Context) error {
	pages := s3.NewListMultipartUploadsPaginator(b.client, &s3.ListMultipartUploadsInput{Bucket: &b.Bucket, Prefix: &b.Prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return b.translate("list multipart uploads", err)
		}
		for _, upload := range page.Uploads {
			id, err := pawl.ParseID(strings.TrimPrefix(aws.ToString(upload.Key), b.Prefix))
			if err != nil || !b.abandoned(upload.Initiated, page.ResultMetadata) {
				continue
			}
			m, _, err := b.account(ctx, id)
			if err != nil {
				return err
			}
			if m.UploadID == aws.ToString(upload.UploadId) && !m.Sealed {
				continue
			}
			b.Log.InfoContext(ctx, "aborting an abandoned multipart upload", "blob", id, "begun", upload.Initiated)
			if err := b.abortMultipart(ctx, *upload.Key, *upload.UploadId); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *Blobs) tidyTails(ctx context.Context) error {
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.Bucket, Prefix: aws.String(b.Prefix + tailsFolder)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return b.translate("list tails", err)
		}
		var orphans []string
		for _, object := range page.Contents {
			id, err := b.blobOfTail(aws.ToString(object.Key))
			if err != nil || !b.abandoned(object.LastModified, page.ResultMetadata) {
				continue
			}
			m, _, err := b.account(ctx, id)
			if err != nil {
				return err
			}
			if !hasTail(m, *object.Key) {
				orphans = append(orphans, *object.Key)
			}
		}
		if len(orphans) == 0 {
			continue
		}
		b.Log.InfoContext(ctx, "deleting abandoned tails", "tails", len(orphans))
		if err := b.deleteObjects(ctx, orphans); err != nil {
			return err
		}
	}
	return nil
}

func hasTail(m pawl.Manifest, key string) bool {
	for _, tail := range m.Tails {
		if tail.Key == key {
			return true
		}
	}
	return false
}

// abandoned compares two times of the storage's: ours may be wrong.
func (b *Blobs) abandoned(since *time.Time, answer smithy.Metadata) bool {
	now, ok := middleware.GetServerTime(answer)
	return ok && since != nil && now.Sub(*since) > b.pace.abandoned
}
