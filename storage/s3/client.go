package s3

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	maxAttempts   = 5
	defaultRegion = "us-east-1"
)

// pace is how long things may take. Zero fields have defaults; tests have no time
// for these.
type pace struct {
	backoff time.Duration // at most, between two attempts
	// answer is how long the server may think over a request that is all there;
	// patience is for copies, which some servers answer when they are done.
	answer    time.Duration
	patience  time.Duration
	body      time.Duration // what a call with a body has beside the body's own time
	stall     time.Duration // how long nothing may come of a body that is read
	abandoned time.Duration // see [Blobs.Tidy]
}

func (p pace) orDefault() pace {
	p.backoff = cmp.Or(p.backoff, 4*time.Second)
	p.answer = cmp.Or(p.answer, 15*time.Second)
	p.patience = cmp.Or(p.patience, 10*time.Minute)
	p.body = cmp.Or(p.body, time.Minute)
	p.stall = cmp.Or(p.stall, 30*time.Second)
	p.abandoned = cmp.Or(p.abandoned, abandonedAfter)
	return p
}

// newClients makes the client for what is answered soon, and the patient one.
// Credentials come the AWS way: the environment, a profile, the machine's role.
func newClients(ctx context.Context, c Config) (client, patient *s3.Client, err error) {
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, nil, err
	}
	if c.Region != "" {
		loaded.Region = c.Region
	}
	if loaded.Region == "" {
		loaded.Region = defaultRegion
	}
	with := func(answer, all time.Duration) *s3.Client {
		return s3.NewFromConfig(loaded, func(o *s3.Options) {
			if c.Endpoint != "" {
				o.BaseEndpoint = aws.String(c.Endpoint)
			}
			o.UsePathStyle = c.PathStyle
			o.HTTPClient = &http.Client{Transport: transport(answer), Timeout: all}
			o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
				r.MaxAttempts, r.MaxBackoff = maxAttempts, c.pace.backoff
				r.RateLimiter = unlimited{}
				r.Retryables = append(slices.Clone(retry.DefaultRetryables), passing)
			})
			// Pieces have a checksum that was reckoned as they came: neither this nor the
			// signature wants a second pass over the bytes.
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		})
	}
	// What the patient one is asked for has a short answer, which begins early and may
	// be long in coming.
	return with(c.pace.answer, 0), with(c.pace.patience, c.pace.patience), nil
}

func transport(answer time.Duration) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 256
	t.ResponseHeaderTimeout = answer
	t.DisableCompression = true
	t.ReadBufferSize, t.WriteBufferSize = 64<<10, 64<<10
	return t
}

// passing are refusals that are none. A gateway to a file system answers so when the
// last object of a folder is deleted while another is put into it.
var passing = retry.RetryableErrorCode{Codes: map[string]struct{}{"ExistingObjectIsDirectory": {}}}

// unlimited lets every failed call be tried again as often as it may: a client-side
// quota of the SDK's would give up in the middle of an outage that is soon over.
type unlimited struct{}

func (unlimited) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (unlimited) AddTokens(uint) error { return nil }

// unsigned leaves the body out of the signature: its checksum is in it.
func unsigned(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware)
}

// slowest is the slowest a body may travel before the attempts are given up.
const slowest = 256 << 10 // bytes a second

// forBody bounds a call with a body of n bytes, all its attempts together.
func (b *Blobs) forBody(ctx context.Context, n int64) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, b.pace.body+time.Duration(n/slowest)*time.Second)
}
