package s3

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"pawl"
	"pawl/storage/multipart"
)

// translate gives an error of S3 its kind; the operation is for the log.
func (b *Bucket) translate(doing string, err error) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*pawl.Error](err); known {
		return err
	}
	kind, message := b.classify(doing, err)
	return pawl.Because(&operation{doing, err}, kind, message)
}

// operation is a cause that says what was tried.
type operation struct {
	doing string
	err   error
}

func (o *operation) Error() string { return "s3: " + o.doing + ": " + o.err.Error() }
func (o *operation) Unwrap() error { return o.err }

func (b *Bucket) classify(doing string, err error) (pawl.Kind, string) {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		switch e.ErrorCode() {
		case "NoSuchKey", "NotFound":
			return pawl.NotFound, "no such blob"
		case "PreconditionFailed", "ConditionalRequestConflict":
			return pawl.Conflict, "there is such an object already"
		case "InvalidPart":
			return pawl.Conflict, "a part was replaced meanwhile"
		case "NoSuchUpload":
			return pawl.Gone, multipart.ErrUploadGone.Message
		case "NoSuchBucket", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "Forbidden",
			"InvalidToken", "AllAccessDisabled", "RequestTimeTooSkewed", "AccountProblem":
			b.refusals.log(b.config, doing, e)
			return pawl.Unavailable, "the server's storage cannot be used at the moment"
		case "RequestTimeout", "IncompleteBody", "BadDigest", "OperationAborted": // with a status like 400
			return pawl.Unavailable, "the server's storage does not answer; try again soon"
		case "QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "NoSpaceLeftOnDevice":
			return pawl.NoSpace, "the server's storage is full; the upload can continue when space has been freed"
		}
	}
	if e, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		switch status := e.HTTPStatusCode(); {
		case status == http.StatusNotFound:
			return pawl.NotFound, "no such blob"
		case status == http.StatusForbidden:
			b.refusals.log(b.config, doing, e)
			return pawl.Unavailable, "the server's storage cannot be used at the moment"
		case status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
			return pawl.Unavailable, "the server's storage does not answer; try again soon"
		}
	}
	if isTransient(err) {
		return pawl.Unavailable, "the server's storage does not answer; try again soon"
	}
	return pawl.Internal, "the server's storage failed"
}

// isTransient reports whether an error is one of the network, or of a call that was
// stopped: the server itself has refused nothing.
func isTransient(err error) bool {
	if _, network := errors.AsType[net.Error](err); network {
		return true
	}
	if _, sent := errors.AsType[*smithy.OperationError](err); sent {
		if _, answered := errors.AsType[smithy.APIError](err); !answered {
			return true
		}
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// refusals logs that the bucket cannot be used, not with every request.
type refusals struct {
	mu   sync.Mutex
	last time.Time
}

const logEvery = time.Minute

func (r *refusals) log(c Config, operation string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.last) < logEvery {
		return
	}
	r.last = time.Now()
	c.Log.Error("the bucket cannot be used: check its name and region, the credentials and what they allow",
		"bucket", c.Bucket, "operation", operation, "error", err)
}
