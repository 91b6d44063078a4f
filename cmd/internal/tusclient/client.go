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

// Client is a client for one tus endpoint. It is safe for concurrent use.
type Client struct {
	Endpoint *url.URL // where uploads are created
	// Header is sent with every request to the origin of the endpoint, and to no other,
	// since it usually contains a secret.
	Header http.Header
	HTTP   *http.Client // see [NewHTTP]
	// RetryFor is how long to retry without progress.
	RetryFor time.Duration
	// ChunkSize is the maximum body of a PATCH in bytes; 0 for no limit.
	ChunkSize int64
	// Patience is how long a request may make no progress; DefaultPatience if zero.
	Patience time.Duration
	// Retrying is called before each wait for a retry; may be nil.
	Retrying func(err error, wait time.Duration)

	// sleep replaces waiting in tests.
	sleep func(context.Context, time.Duration) error
}

const (
	version      = "1.0.0"
	offsetStream = "application/offset+octet-stream"

	// DefaultPatience allows for servers that check a file before they respond to its
	// last PATCH.
	DefaultPatience = 2 * time.Minute
	maxText         = 1 << 10 // bytes of an error response that are read
)

// NewHTTP returns an HTTP client that does not follow redirects, which could send the
// headers, and a secret in them, to another server.
func NewHTTP(transport http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// ParseEndpoint parses the URL of a server or of its tus endpoint. The path defaults to
// /files/, as in Pawl and tusd. Errors do not quote secrets in the URL.
func ParseEndpoint(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is not a URL", redact.Address(text))
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("%q is not the URL of a server: use the form https://files.example.com/files/", redact.Address(text))
	case u.User != nil:
		return nil, errors.New("the URL must not contain a password, which others could see: use a header")
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

// do sends a request and returns the header of the response. For a status other than 2xx
// it returns a [*StatusError].
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

// watchedBody is a request body that calls alive at each read.
type watchedBody struct {
	io.Reader
	alive func()
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.alive()
	return b.Reader.Read(p)
}

// resolve returns the URL of an upload from the Location of its creation. Behind a proxy
// that terminates TLS some servers return http URLs; these are changed to https.
func (c *Client) resolve(location string) (string, error) {
	u, err := c.Endpoint.Parse(location)
	if err != nil || location == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("the server created an upload but returned no usable Location (%q)", location)
	}
	if c.Endpoint.Scheme == "https" && u.Scheme == "http" && u.Hostname() == c.Endpoint.Hostname() {
		u.Scheme, u.Host = c.Endpoint.Scheme, c.Endpoint.Host
	}
	u.RawQuery = escapeNonASCII(u.RawQuery)
	return u.String(), nil
}

// escapeNonASCII percent-encodes non-ASCII bytes (RFC 3986 section 2), as
// [url.URL.String] does except in the query.
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
