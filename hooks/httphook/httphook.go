// Package httphook sends pre-create and pre-finish requests for uploads to an external
// HTTP service, which accepts or rejects them.
//
// The service receives a POST with a JSON body. It accepts the upload with any 2xx, and
// rejects it with a 4xx whose body is a message, as {"message": "…"} or plain text. Any
// other response and a timeout are failures of the hook. A request may be sent more than
// once, with the same Idempotency-Key.
package httphook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"pawl"
)

// DefaultTimeout is the timeout of a request, including the response body.
const DefaultTimeout = 5 * time.Second

// Config configures a [Hook].
type Config struct {
	URL     string        // http or https
	Timeout time.Duration // of a request; DefaultTimeout if zero
	// Secret, if set, is the key that signs requests: see [Sign].
	Secret string
	// FailOpen accepts uploads when a request fails. Otherwise a creation fails with an
	// error of kind [pawl.Unavailable], and a finish is retried later.
	FailOpen bool
	Log      *slog.Logger     // slog.Default if nil
	Now      func() time.Time // time.Now if nil
}

// Hook is a [pawl.BeginGate] and a [pawl.FinishGate].
type Hook struct {
	config Config
	shown  string // scheme and host of the URL, for logs
	client *http.Client
}

// New returns a hook, or an error if the configuration is invalid.
func New(c Config) (*Hook, error) {
	u, err := CheckURL(c.URL)
	if err != nil {
		return nil, err
	}
	if c.Timeout < 0 {
		return nil, errors.New("httphook: negative timeout")
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Hook{config: c, shown: shownURL(u), client: newClient()}, nil
}

// shownURL returns scheme and host of a URL, for logs. User, password, path and query may
// be secret.
func shownURL(u *url.URL) string { return u.Scheme + "://" + u.Host }

// CheckURL parses the URL of a hook. Its errors do not quote the URL.
func CheckURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("is not a URL: use the form https://example.org/pawl")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("must begin with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("has no host: use the form https://example.org/pawl")
	}
	return u, nil
}

// newClient returns a client that reuses connections and does not follow redirects, which
// could lead to another service.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	transport.MaxResponseHeaderBytes = 64 << 10
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Begin sends a pre-create request. The error is of kind [pawl.Refused] if the service
// rejects the upload, or [pawl.Unavailable] if the request fails.
func (h *Hook) Begin(ctx context.Context, u pawl.Upload) error {
	return h.check(ctx, u.ID, request{Event: "upload.create", Upload: aboutUpload(u)})
}

// Finish sends a pre-finish request. The error kinds are those of Begin.
func (h *Hook) Finish(ctx context.Context, f pawl.File) error {
	return h.check(ctx, f.ID, request{Event: "upload.finish", File: aboutFile(f)})
}

func (h *Hook) check(ctx context.Context, id pawl.ID, q request) error {
	q.Time = h.config.Now().UTC()
	rejection, err := h.post(ctx, id, q)
	if err == nil {
		return rejection
	}
	if h.config.FailOpen && ctx.Err() == nil {
		h.config.Log.WarnContext(ctx, "hook failed; accepting the upload",
			"event", q.Event, "id", id, "url", h.shown, "error", err)
		return nil
	}
	h.config.Log.ErrorContext(ctx, "hook failed",
		"event", q.Event, "id", id, "url", h.shown, "error", err)
	return pawl.Because(err, pawl.Unavailable, "the upload cannot be checked at the moment: try again later")
}

// post sends a request. It returns the rejection by the service, nil if it accepts, or
// err if the request failed.
func (h *Hook) post(ctx context.Context, id pawl.ID, q request) (rejection, err error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, h.config.Timeout, fmt.Errorf("no response within %s", h.config.Timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.config.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Pawl")
	// It also lets net/http retry a request on a reused connection that was closed.
	req.Header.Set("Idempotency-Key", q.Event+"/"+string(id))
	if h.config.Secret != "" {
		stamp := fmt.Sprint(q.Time.Unix())
		req.Header.Set(TimestampHeader, stamp)
		req.Header.Set(SignatureHeader, Sign(h.config.Secret, stamp, body))
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return nil, causeOr(ctx, err)
	}
	defer resp.Body.Close()
	rejection, err = decide(resp)
	return rejection, causeOr(ctx, err)
}

// causeOr returns the cause of ctx in place of a deadline error, and removes the URL from
// errors of net/http.
func causeOr(ctx context.Context, err error) error {
	if err != nil && errors.Is(err, context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}
