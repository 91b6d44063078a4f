package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	maxAttempts = 5
	maxBackoff  = 4 * time.Second
	// answerWithin is how long the server may think over a request that is all there;
	// patience is for copies, which some servers answer when they are done.
	answerWithin  = 15 * time.Second
	patience      = 10 * time.Minute
	defaultRegion = "us-east-1"
)

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
	with := func(answerWithin time.Duration) *s3.Client {
		return s3.NewFromConfig(loaded, func(o *s3.Options) {
			if c.Endpoint != "" {
				o.BaseEndpoint = aws.String(c.Endpoint)
			}
			o.UsePathStyle = c.PathStyle
			o.HTTPClient = &http.Client{Transport: transport(answerWithin)}
			o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
				r.MaxAttempts, r.MaxBackoff = maxAttempts, maxBackoff
				r.RateLimiter = unlimited{}
			})
			// Pieces have a checksum that was reckoned as they came: neither this nor the
			// signature wants a second pass over the bytes.
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		})
	}
	return with(answerWithin), with(patience), nil
}

func transport(answerWithin time.Duration) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 256
	t.ResponseHeaderTimeout = answerWithin
	t.DisableCompression = true
	t.ReadBufferSize, t.WriteBufferSize = 64<<10, 64<<10
	return t
}

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
func forBody(ctx context.Context, n int64) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, time.Minute+time.Duration(n/slowest)*time.Second)
}
