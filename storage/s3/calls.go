package s3

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"pawl"
)

// The calls that move bytes, each with the checksum of what it carries.

func (b *Blobs) putObject(ctx context.Context, key string, content *source) error {
	return b.put(ctx, &s3.PutObjectInput{Key: &key}, content)
}

// nonceKey is the metadata that tells who has put an object.
const nonceKey = "pawl-put"

// putNew puts an object that must not be there yet. The error is of kind Conflict if
// another put it. An object that an earlier attempt put, whose answer was lost, is no
// conflict; nor is one whose refusal was lost: a server that refuses a body by its
// headers may close the connection while the body is still being sent, and the reset
// takes the answer with it.
func (b *Blobs) putNew(ctx context.Context, key string, content *source) error {
	nonce := rand.Text()
	err := b.put(ctx, &s3.PutObjectInput{Key: &key, IfNoneMatch: aws.String("*"), Metadata: map[string]string{nonceKey: nonce}}, content)
	kind := pawl.KindOf(err)
	if kind != pawl.Conflict && kind != pawl.Unavailable {
		return err
	}
	out, headErr := b.head(ctx, key)
	switch {
	case headErr != nil:
		return headErr
	case out == nil:
		return err
	case out.Metadata[nonceKey] == nonce:
		return nil
	default:
		return pawl.Because(err, pawl.Conflict, "there is such an object already")
	}
}

func (b *Blobs) put(ctx context.Context, in *s3.PutObjectInput, content *source) error {
	ctx, cancel := b.forBody(ctx, content.size)
	defer cancel()
	content.ctx = ctx
	in.Bucket, in.Body, in.ContentLength = &b.Bucket, content, &content.size
	if !b.NoChecksums {
		sum, err := content.checksum()
		if err != nil {
			return err
		}
		in.ChecksumCRC32C = &sum
	}
	_, err := b.client.PutObject(ctx, in, unsigned)
	return b.translate("store an object", err)
}

func (b *Blobs) createMultipart(ctx context.Context, id pawl.ID, checked bool) (uploadID string, err error) {
	in := &s3.CreateMultipartUploadInput{Bucket: &b.Bucket, Key: aws.String(b.key(id))}
	if checked {
		in.ChecksumAlgorithm = types.ChecksumAlgorithmCrc32c
	}
	out, err := b.client.CreateMultipartUpload(ctx, in)
	if err != nil {
		return "", b.translate("begin a multipart upload", err)
	}
	return *out.UploadId, nil
}

// uploadPart stores a part; checked says whether its upload was begun with checksums.
// The part's number and size are its caller's to know.
func (b *Blobs) uploadPart(
	ctx context.Context, id pawl.ID, uploadID string, number int, content *source, checked bool,
) (pawl.Part, error) {
	ctx, cancel := b.forBody(ctx, content.size)
	defer cancel()
	content.ctx = ctx
	part := pawl.Part{Number: number, Size: content.size}
	in := &s3.UploadPartInput{
		Bucket: &b.Bucket, Key: aws.String(b.key(id)), UploadId: &uploadID, PartNumber: aws.Int32(int32(number)),
		Body: content, ContentLength: &content.size,
	}
	if checked {
		sum, err := content.checksum()
		if err != nil {
			return part, err
		}
		in.ChecksumCRC32C, part.Checksum = &sum, sum
	}
	out, err := b.client.UploadPart(ctx, in, unsigned)
	if err != nil {
		return part, b.translate("store a part", err)
	}
	part.ETag = aws.ToString(out.ETag)
	return part, nil
}

func (b *Blobs) completeMultipart(ctx context.Context, m pawl.Manifest) error {
	parts := make([]types.CompletedPart, len(m.Parts))
	for i, p := range m.Parts {
		parts[i] = types.CompletedPart{PartNumber: aws.Int32(int32(p.Number)), ETag: aws.String(p.ETag)}
		if p.Checksum != "" {
			parts[i].ChecksumCRC32C = aws.String(p.Checksum)
		}
	}
	_, err := b.patient.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &b.Bucket, Key: aws.String(b.key(m.Blob)), UploadId: &m.UploadID,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	return err
}

// lookAtUpload is of kind Gone if the multipart upload is not there any more.
func (b *Blobs) lookAtUpload(ctx context.Context, id pawl.ID, uploadID string) error {
	_, err := b.client.ListParts(ctx, &s3.ListPartsInput{
		Bucket: &b.Bucket, Key: aws.String(b.key(id)), UploadId: &uploadID, MaxParts: aws.Int32(1),
	})
	return b.translate("look at a multipart upload", err)
}

func (b *Blobs) abortMultipart(ctx context.Context, key, uploadID string) error {
	_, err := b.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &b.Bucket, Key: &key, UploadId: &uploadID})
	if err = b.translate("abort a multipart upload", err); isMissing(err) {
		return nil
	}
	return err
}

func (b *Blobs) deleteObject(ctx context.Context, key string) error {
	_, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.Bucket, Key: &key})
	if err = b.translate("delete an object", err); isMissing(err) {
		return nil
	}
	return err
}

// deleteMost is how many keys one call can name.
const deleteMost = 1000

func (b *Blobs) deleteObjects(ctx context.Context, keys []string) error {
	var errs []error
	for len(keys) > 0 {
		n := min(len(keys), deleteMost)
		objects := make([]types.ObjectIdentifier, n)
		for i := range objects {
			objects[i].Key = &keys[i]
		}
		out, err := b.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: &b.Bucket, Delete: &types.Delete{Objects: objects, Quiet: aws.Bool(true)},
		})
		if err == nil && len(out.Errors) > 0 {
			err = errors.New(aws.ToString(out.Errors[0].Code))
		}
		errs = append(errs, b.translate("delete objects", err))
		keys = keys[n:]
	}
	return errors.Join(errs...)
}

// head is what S3 says of an object; nil if it is not there.
func (b *Blobs) head(ctx context.Context, key string) (*s3.HeadObjectOutput, error) {
	out, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.Bucket, Key: &key})
	if err = b.translate("look at an object", err); isMissing(err) {
		return nil, nil
	}
	return out, err
}

// size is that of an object, which may not be there.
func (b *Blobs) size(ctx context.Context, key string) (size int64, there bool, err error) {
	out, err := b.head(ctx, key)
	if out == nil || err != nil {
		return 0, false, err
	}
	return aws.ToInt64(out.ContentLength), true, nil
}

// completed reports whether a multipart upload has become its object already. An
// object that was put whole is none of its making, however large: an instance that
// was replaced has left it, see [appender.becomePart].
func (b *Blobs) completed(ctx context.Context, m pawl.Manifest) (bool, error) {
	out, err := b.head(ctx, b.key(m.Blob))
	if out == nil || err != nil {
		return false, err
	}
	_, put := out.Metadata[nonceKey]
	return !put && aws.ToInt64(out.ContentLength) == m.Size, nil
}

func isMissing(err error) bool {
	kind := pawl.KindOf(err)
	return kind == pawl.NotFound || kind == pawl.Gone
}
