package s3

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"pawl"
)

// Key is the key of a blob's object in the bucket.
func (b *Blobs) Key(id pawl.ID) string { return b.key(id) }

// Link is a URL at which the storage itself gives the blob to whoever has it, for as
// long as it says; with the headers the answer is to have.
func (b *Blobs) Link(ctx context.Context, id pawl.ID, valid time.Duration, mediaType, disposition string) (url string, err error) {
	signed, err := s3.NewPresignClient(b.client).PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket: &b.Bucket, Key: aws.String(b.key(id)),
		ResponseContentType: &mediaType, ResponseContentDisposition: &disposition,
	}, s3.WithPresignExpires(valid))
	if err != nil {
		return "", b.translate("sign a link", err)
	}
	return signed.URL, nil
}
