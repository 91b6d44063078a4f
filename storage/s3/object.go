package s3

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithy "github.com/aws/smithy-go/middleware"

	"pawl"
	"pawl/storage/multipart"
)

// nonceKey is the metadata that has the nonce of an object.
const nonceKey = "pawl-put"

// PutObject implements [multipart.Remote].
func (b *Bucket) PutObject(ctx context.Context, key string, content multipart.Content, o multipart.PutOptions) (err error) {
	in := &s3.PutObjectInput{Bucket: &b.config.Bucket, Key: &key, Body: content, ContentLength: aws.Int64(content.Size())}
	if o.IfAbsent {
		in.IfNoneMatch = aws.String("*")
	}
	if o.Nonce != "" {
		in.Metadata = map[string]string{nonceKey: o.Nonce}
	}
	if !b.config.NoChecksums {
		if in.ChecksumCRC32C, err = checksum(content); err != nil {
			return err
		}
	}
	_, err = b.client.PutObject(ctx, in, unsigned)
	return b.translate("store an object", err)
}

// checksum returns the content's CRC-32C in S3's form.
func checksum(content multipart.Content) (*string, error) {
	sum, err := content.CRC32C()
	if err != nil {
		return nil, err
	}
	return aws.String(base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))), nil
}

// GetObject implements [multipart.Remote].
func (b *Bucket) GetObject(ctx context.Context, key string, r multipart.Range, etag string) (io.ReadCloser, string, error) {
	in := &s3.GetObjectInput{Bucket: &b.config.Bucket, Key: &key}
	if r != (multipart.Range{}) {
		in.Range = rangeHeader(r)
	}
	if etag != "" {
		in.IfMatch = &etag
	}
	out, err := b.client.GetObject(ctx, in)
	if err != nil {
		return nil, "", b.translate("read an object", err)
	}
	return out.Body, aws.ToString(out.ETag), nil
}

// rangeHeader returns a range as HTTP has it (RFC 9110, section 14.1.2).
func rangeHeader(r multipart.Range) *string {
	return aws.String(fmt.Sprintf("bytes=%d-%d", r.Start, r.End-1))
}

// HeadObject implements [multipart.Remote].
func (b *Bucket) HeadObject(ctx context.Context, key string) (multipart.Object, error) {
	out, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.config.Bucket, Key: &key})
	if err != nil {
		return multipart.Object{}, b.translate("look at an object", err)
	}
	return multipart.Object{
		Key: key, Size: aws.ToInt64(out.ContentLength), Nonce: out.Metadata[nonceKey], Age: age(out.LastModified, out.ResultMetadata),
	}, nil
}

// age compares two times of the server's.
func age(since *time.Time, answer smithy.Metadata) time.Duration {
	now, ok := middleware.GetServerTime(answer)
	if !ok || since == nil {
		return multipart.UnknownAge
	}
	return now.Sub(*since)
}

// deleteMost is how many keys one call can name.
const deleteMost = 1000

// DeleteObjects implements [multipart.Remote].
func (b *Bucket) DeleteObjects(ctx context.Context, keys ...string) error {
	if len(keys) == 1 {
		_, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.config.Bucket, Key: &keys[0]})
		return ifThere(b.translate("delete an object", err))
	}
	var errs []error
	for len(keys) > 0 {
		n := min(len(keys), deleteMost)
		objects := make([]types.ObjectIdentifier, n)
		for i := range objects {
			objects[i].Key = &keys[i]
		}
		out, err := b.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: &b.config.Bucket, Delete: &types.Delete{Objects: objects, Quiet: aws.Bool(true)},
		})
		if err == nil && len(out.Errors) > 0 {
			err = errors.New(aws.ToString(out.Errors[0].Code))
		}
		errs = append(errs, b.translate("delete objects", err))
		keys = keys[n:]
	}
	return errors.Join(errs...)
}

// ifThere is nil for the error of a call about something that is not there.
func ifThere(err error) error {
	if kind := pawl.KindOf(err); kind == pawl.NotFound || kind == pawl.Gone {
		return nil
	}
	return err
}

// ListObjects implements [multipart.Remote].
func (b *Bucket) ListObjects(ctx context.Context, prefix string, recursive bool) iter.Seq2[multipart.Object, error] {
	in := &s3.ListObjectsV2Input{Bucket: &b.config.Bucket, Prefix: &prefix}
	if !recursive {
		in.Delimiter = aws.String("/")
	}
	return func(yield func(multipart.Object, error) bool) {
		for pages := s3.NewListObjectsV2Paginator(b.client, in); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(multipart.Object{}, b.translate("list objects", err))
				return
			}
			for _, o := range page.Contents {
				object := multipart.Object{
					Key: aws.ToString(o.Key), Size: aws.ToInt64(o.Size), Age: age(o.LastModified, page.ResultMetadata),
				}
				if !yield(object, nil) {
					return
				}
			}
		}
	}
}

// Link returns a URL at which the server itself gives the object to whoever has it, for
// as long as valid says, with the headers that the answer is to have.
func (b *Bucket) Link(ctx context.Context, key string, valid time.Duration, mediaType, disposition string) (url string, err error) {
	signed, err := s3.NewPresignClient(b.client).PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket: &b.config.Bucket, Key: &key,
		ResponseContentType: &mediaType, ResponseContentDisposition: &disposition,
	}, s3.WithPresignExpires(valid))
	if err != nil {
		return "", b.translate("sign a link", err)
	}
	return signed.URL, nil
}
