package s3

import (
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

// newClients makes the client for what is answered soon, and the patient one.
// Credentials are found as AWS's tools find them: in the environment, a profile or the
// machine's role.
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
				r.MaxAttempts, r.MaxBackoff = maxAttempts, c.MaxBackoff
				r.RateLimiter = unlimited{}
				r.Retryables = append(slices.Clone(retry.DefaultRetryables), transient)
			})
			// Parts have a checksum that was computed as they came: neither this nor the
			// signature needs a second pass over the bytes.
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		})
	}
	// What the patient one is asked for has a short answer, which begins early and may
	// be long in coming.
	return with(c.AnswerTimeout, 0), with(c.CopyTimeout, c.CopyTimeout), nil
}

func transport(answer time.Duration) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 256
	t.ResponseHeaderTimeout = answer
	t.DisableCompression = true
	t.ReadBufferSize, t.WriteBufferSize = 64<<10, 64<<10
	return t
}

// transient errors look like refusals. A gateway to a file system answers so when the
// last object of a folder is deleted while another is put into it.
var transient = retry.RetryableErrorCode{Codes: map[string]struct{}{"ExistingObjectIsDirectory": {}}}

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
