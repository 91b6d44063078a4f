package tusclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"pawl/cmd/internal/redact"
)

// Client speaks to one tus endpoint. It may be used by many goroutines at a time.
type Client struct {
	Endpoint *url.URL // where uploads are created
	// Header goes with every request to the endpoint's own host, and to no other: it
	// usually holds a secret.
	Header http.Header
	HTTP   *http.Client // see [NewHTTP]
	// RetryFor is how long to go on trying while nothing moves.
	RetryFor time.Duration
	// ChunkSize is how many bytes one PATCH carries at most; 0 is all there are.
	ChunkSize int64
	// Patience is how long a request may neither take bytes nor be answered.
	Patience time.Duration
	// Retrying is told of each failure that is waited out; may be nil.
	Retrying func(err error, wait time.Duration)

	// sleep waits; a test puts its own here.
	sleep func(context.Context, time.Duration) error
}

const (
	version      = "1.0.0"
	offsetStream = "application/offset+octet-stream"

	// DefaultPatience is for servers that check a file before they answer its last
	// byte.
	DefaultPatience = 2 * time.Minute
	maxText         = 1 << 10 // of an error that a server explains
)

// NewHTTP makes an HTTP client that follows no redirects: they would take the
// headers, and the secret in them, elsewhere.
func NewHTTP(transport http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// ParseEndpoint reads the address of a server as people give it. Without a path it
// means /files/, where both Pawl and tusd are.
func ParseEndpoint(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is not a URL", redact.Address(text))
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("%q is not the URL of a server: write one like https://files.example.com/files/", redact.Address(text))
	case u.User != nil:
		return nil, errors.New("do not put a password into the URL, where others can see it: use a header")
	}
	u.Fragment = ""
	if u.Path == "" || u.Path == "/" {
		u.Path = "/files/"
	}
	return u, nil
}

// call is one request.
type call struct {
	method string
	url    string
	header map[string]string
	body   io.Reader
	length int64 // of the body
}

// do makes a request and returns its answer, with the body read; anything but 2xx
// is a [*StatusError].
func (c *Client) do(ctx context.Context, r call) (http.Header, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(c.patience(), func() { cancel(errSilent) })
	defer watch.Stop()
	req, err := c.request(ctx, r, func() { watch.Reset(c.patience()) })
	if err != nil {
		return nil, err
	}
	answer, err := c.HTTP.Do(req)
	if err != nil {
		if errors.Is(context.Cause(ctx), errSilent) {
			err = errSilent
		}
		return nil, plain(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maxText))
	if answer.StatusCode/100 != 2 {
		return answer.Header, statusError(r.method, answer, text)
	}
	return answer.Header, nil
}

func (c *Client) request(ctx context.Context, r call, alive func()) (*http.Request, error) {
	var body io.Reader
	if r.body != nil && r.length != 0 {
		body = &watchedBody{r.body, alive}
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = r.length
	if c.sameOrigin(req.URL) {
		for key, values := range c.Header {
			req.Header[http.CanonicalHeaderKey(key)] = values
		}
	}
	if r.method != http.MethodOptions {
		req.Header.Set("Tus-Resumable", version)
	}
	for key, value := range r.header {
		req.Header.Set(key, value)
	}
	return req, nil
}

func (c *Client) sameOrigin(u *url.URL) bool {
	return u.Scheme == c.Endpoint.Scheme && u.Host == c.Endpoint.Host
}

func (c *Client) patience() time.Duration {
	if c.Patience > 0 {
		return c.Patience
	}
	return DefaultPatience
}

// watchedBody says so whenever bytes of it are wanted.
type watchedBody struct {
	io.Reader
	alive func()
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.alive()
	return b.Reader.Read(p)
}

// resolve is where an upload is that was created with this Location. Behind a
// proxy that ends TLS some servers name the scheme they see themselves; nothing is
// sent unencrypted for that.
func (c *Client) resolve(location string) (string, error) {
	u, err := c.Endpoint.Parse(location)
	if err != nil || location == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("the server created an upload but did not say where it is (Location: %q)", location)
	}
	if c.Endpoint.Scheme == "https" && u.Scheme == "http" && u.Hostname() == c.Endpoint.Hostname() {
		u.Scheme, u.Host = c.Endpoint.Scheme, c.Endpoint.Host
	}
	u.RawQuery = escapeNonASCII(u.RawQuery)
	return u.String(), nil
}

// escapeNonASCII percent-encodes the bytes that no URL may hold (RFC 3986 section 2).
// [url.URL.String] does so with everything but the query.
func escapeNonASCII(query string) string {
	var out strings.Builder
	for i := range len(query) {
		if b := query[i]; b > '~' {
			fmt.Fprintf(&out, "%%%02X", b)
		} else {
			out.WriteByte(b)
		}
	}
	return out.String()
}
