package s3

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"pawl"
	"pawl/storage/multipart"
)

// CreateUpload implements [multipart.Remote].
func (b *Bucket) CreateUpload(ctx context.Context, key string, checksums bool) (multipart.Upload, error) {
	u := multipart.Upload{Key: key, Checksums: checksums}
	in := &s3.CreateMultipartUploadInput{Bucket: &b.config.Bucket, Key: &key}
	if b.checked(u) {
		in.ChecksumAlgorithm = types.ChecksumAlgorithmCrc32c
	}
	out, err := b.client.CreateMultipartUpload(ctx, in)
	if err != nil {
		return u, b.translate("begin a multipart upload", err)
	}
	u.ID = aws.ToString(out.UploadId)
	return u, nil
}

// checked reports whether an upload's parts have checksums here.
func (b *Bucket) checked(u multipart.Upload) bool { return u.Checksums && !b.config.NoChecksums }

// PutPart implements [multipart.Remote].
func (b *Bucket) PutPart(ctx context.Context, u multipart.Upload, number int, content multipart.Content) (part pawl.Part, err error) {
	in := &s3.UploadPartInput{
		Bucket: &b.config.Bucket, Key: &u.Key, UploadId: &u.ID, PartNumber: aws.Int32(int32(number)),
		Body: content, ContentLength: aws.Int64(content.Size()),
	}
	if b.checked(u) {
		if in.ChecksumCRC32C, err = checksum(content); err != nil {
			return part, err
		}
	}
	out, err := b.client.UploadPart(ctx, in, unsigned)
	if err != nil {
		return part, b.translate("store a part", err)
	}
	return pawl.Part{
		Number: number, Size: content.Size(), ETag: aws.ToString(out.ETag), Checksum: aws.ToString(in.ChecksumCRC32C),
	}, nil
}

// CopyPart implements [multipart.Remote].
func (b *Bucket) CopyPart(
	ctx context.Context, u multipart.Upload, number int, source string, r multipart.Range,
) (part pawl.Part, err error) {
	out, err := b.patient.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
		Bucket: &b.config.Bucket, Key: &u.Key, UploadId: &u.ID, PartNumber: aws.Int32(int32(number)),
		CopySource:      aws.String(escapePath(b.config.Bucket + "/" + source)),
		CopySourceRange: rangeHeader(r),
	})
	if err == nil && (out.CopyPartResult == nil || out.CopyPartResult.ETag == nil) {
		err = errors.New("the answer names no part")
	}
	if err != nil {
		return part, b.translate("copy a part", err)
	}
	return pawl.Part{Number: number, Size: r.End - r.Start, ETag: *out.CopyPartResult.ETag}, nil
}

func escapePath(path string) string {
	return strings.ReplaceAll(url.QueryEscape(path), "+", "%20")
}

// CompleteUpload implements [multipart.Remote].
func (b *Bucket) CompleteUpload(ctx context.Context, u multipart.Upload, parts []pawl.Part) error {
	completed := make([]types.CompletedPart, len(parts))
	for i, p := range parts {
		completed[i] = types.CompletedPart{PartNumber: aws.Int32(int32(p.Number)), ETag: aws.String(p.ETag)}
		if p.Checksum != "" {
			completed[i].ChecksumCRC32C = aws.String(p.Checksum)
		}
	}
	_, err := b.patient.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &b.config.Bucket, Key: &u.Key, UploadId: &u.ID,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: completed},
	})
	return b.translate("complete a multipart upload", err)
}

// AbortUpload implements [multipart.Remote].
func (b *Bucket) AbortUpload(ctx context.Context, u multipart.Upload) error {
	_, err := b.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &b.config.Bucket, Key: &u.Key, UploadId: &u.ID})
	return ifThere(b.translate("abort a multipart upload", err))
}

// CheckUpload implements [multipart.Remote].
func (b *Bucket) CheckUpload(ctx context.Context, u multipart.Upload) error {
	_, err := b.client.ListParts(ctx, &s3.ListPartsInput{Bucket: &b.config.Bucket, Key: &u.Key, UploadId: &u.ID, MaxParts: aws.Int32(1)})
	return b.translate("look at a multipart upload", err)
}

// ListUploads implements [multipart.Remote].
func (b *Bucket) ListUploads(ctx context.Context, prefix string) iter.Seq2[multipart.Upload, error] {
	in := &s3.ListMultipartUploadsInput{Bucket: &b.config.Bucket, Prefix: &prefix}
	return func(yield func(multipart.Upload, error) bool) {
		for pages := s3.NewListMultipartUploadsPaginator(b.client, in); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(multipart.Upload{}, b.translate("list multipart uploads", err))
				return
			}
			for _, u := range page.Uploads {
				upload := multipart.Upload{
					Key: aws.ToString(u.Key), ID: aws.ToString(u.UploadId), Age: age(u.Initiated, page.ResultMetadata),
				}
				if !yield(upload, nil) {
					return
				}
			}
		}
	}
}
