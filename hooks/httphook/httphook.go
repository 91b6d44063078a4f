// Package httphook asks an external HTTP service about uploads: at their creation,
// and when every byte is there. It is not asked about what comes after: a file can be
// renamed and deleted without it.
//
// The service gets a POST with a JSON body. It lets the upload go on with any
// 2xx, and refuses it with a 4xx whose body says why, as {"message": "…"} or as
// plain text. Every other answer, and none in time, means that it could not be
// asked. The same question may come more than once; the Idempotency-Key is then
// the same.
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

// DefaultTimeout is how long the service has for its whole answer.
const DefaultTimeout = 5 * time.Second

// Config says whom to ask.
type Config struct {
	URL     string        // http or https
	Timeout time.Duration // of one question; 0 is DefaultTimeout
	// Secret, if set, signs each question: see [Sign].
	Secret string
	// FailOpen lets uploads go on when the service cannot be asked. Otherwise a
	// creation fails for now, and a finish waits.
	FailOpen bool
	Log      *slog.Logger     // nil is slog.Default
	Now      func() time.Time // nil is time.Now
}

// Hook is a [pawl.BeginGate] and a [pawl.FinishGate].
type Hook struct {
	config Config
	shown  string // scheme and host of the URL: the rest may be secret
	client *http.Client
}

// New checks the configuration.
func New(c Config) (*Hook, error) {
	u, err := CheckURL(c.URL)
	if err != nil {
		return nil, err
	}
	if c.Timeout < 0 {
		return nil, errors.New("the time-out of the call-out cannot be negative")
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

// shownURL returns a URL as logs may have it. Its user, password, path and query can
// all be secret.
func shownURL(u *url.URL) string { return u.Scheme + "://" + u.Host }

// CheckURL reads the URL of a call-out.
func CheckURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("is no URL: write one like https://example.org/pawl")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("must begin with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("names no host: write a URL like https://example.org/pawl")
	}
	return u, nil
}

// newClient keeps connections between questions, and follows no redirect: a
// question is for the configured service alone.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	transport.MaxResponseHeaderBytes = 64 << 10
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Begin asks whether the upload may come.
func (h *Hook) Begin(ctx context.Context, u pawl.Upload) error {
	return h.ask(ctx, u.ID, question{Event: "upload.create", Upload: aboutUpload(u)})
}

// Finish asks whether what came may stay.
func (h *Hook) Finish(ctx context.Context, f pawl.File) error {
	return h.ask(ctx, f.ID, question{Event: "upload.finish", File: aboutFile(f)})
}

func (h *Hook) ask(ctx context.Context, id pawl.ID, q question) error {
	q.Time = h.config.Now().UTC()
	verdict, err := h.post(ctx, id, q)
	if err == nil {
		return verdict
	}
	if h.config.FailOpen && ctx.Err() == nil {
		h.config.Log.WarnContext(ctx, "the call-out could not be asked; the upload goes on without it",
			"event", q.Event, "id", id, "url", h.shown, "error", err)
		return nil
	}
	h.config.Log.ErrorContext(ctx, "the call-out could not be asked",
		"event", q.Event, "id", id, "url", h.shown, "error", err)
	return pawl.Because(err, pawl.Unavailable, "the service that checks uploads cannot be reached: try again later")
}

// post returns the service's verdict, nil for a yes, or why there is none.
func (h *Hook) post(ctx context.Context, id pawl.ID, q question) (verdict, err error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("encode the question: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, h.config.Timeout, fmt.Errorf("no answer within %s", h.config.Timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.config.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Pawl")
	// With it net/http also repeats a question whose kept connection had died.
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
	verdict, err = judge(resp)
	return verdict, causeOr(ctx, err)
}

// causeOr says "no answer within 5s" rather than "context deadline exceeded".
func causeOr(ctx context.Context, err error) error {
	if err != nil && errors.Is(err, context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err // it quotes the whole URL
	}
	return err
}
