package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	version      = "1.0.0"
	offsetStream = "application/offset+octet-stream"
)

// reply is a response and the first 64 KiB of its body.
type reply struct {
	*http.Response
	text string
}

// isTus reports whether the response is from a tus server rather than a proxy.
func (r reply) isTus() bool { return r.Header.Get("Tus-Resumable") != "" }

func (r reply) number(key string) (int64, bool) {
	n, err := strconv.ParseInt(r.Header.Get(key), 10, 64)
	return n, err == nil
}

// ask sends a request as a tus client does, with a timeout.
func (e *examination) ask(ctx context.Context, method, url string, body io.Reader, length int64, lines ...string) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, e.Patience)
	defer cancel()
	return e.send(ctx, method, url, body, length, lines...)
}

// send sends a request without a timeout. Header lines alternate names and values.
func (e *examination) send(ctx context.Context, method, url string, body io.Reader, length int64, lines ...string) (reply, error) {
	real := method
	if e.methods[method] {
		real = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, real, url, body)
	if err != nil {
		return reply{}, err
	}
	req.ContentLength = length
	if req.URL.Host == e.Endpoint.Host && req.URL.Scheme == e.Endpoint.Scheme {
		for key, values := range e.Header {
			req.Header[http.CanonicalHeaderKey(key)] = values
		}
	}
	if method != http.MethodOptions {
		req.Header.Set("Tus-Resumable", version)
	}
	if e.methods[method] {
		req.Header.Set("X-HTTP-Method-Override", method)
	}
	for i := 0; i+1 < len(lines); i += 2 {
		req.Header.Set(lines[i], lines[i+1])
	}
	answer, err := e.http.Do(req)
	if err != nil {
		return reply{}, plain(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	e.recognise(answer.Header)
	return reply{answer, string(text)}, nil
}

// recognise records the products identified by response headers.
func (e *examination) recognise(h http.Header) {
	marks := strings.ToLower(h.Get("Server") + " " + h.Get("Via"))
	for name, seen := range map[string]bool{
		"nginx":      strings.Contains(marks, "nginx") || strings.Contains(marks, "openresty"),
		"Caddy":      strings.Contains(marks, "caddy"),
		"Cloudflare": strings.Contains(marks, "cloudflare") || h.Get("Cf-Ray") != "",
		"Traefik":    strings.Contains(marks, "traefik"),
		"HAProxy":    strings.Contains(marks, "haproxy"),
	} {
		if seen && !slices.Contains(e.via, name) {
			e.via = append(e.via, name)
			slices.Sort(e.via)
		}
	}
}

// create creates a test upload and returns its URL, or "" if that failed.
func (e *examination) create(ctx context.Context, length int64) (string, reply, error) {
	r, err := e.ask(ctx, http.MethodPost, e.Endpoint.String(), nil, 0,
		"Upload-Length", strconv.FormatInt(length, 10), "Upload-Metadata", "filename cGF3bC1kb2N0b3I=")
	if err != nil || r.StatusCode != http.StatusCreated {
		return "", r, err
	}
	where, err := e.reachable(r.Header.Get("Location"))
	if err != nil {
		return "", r, err
	}
	e.made = append(e.made, where)
	return where, r, nil
}

// reachable returns the URL of an upload with the scheme and host of the endpoint. A wrong
// Location is a finding of its own and should not prevent other checks.
func (e *examination) reachable(location string) (string, error) {
	u, err := e.Endpoint.Parse(location)
	if err != nil || location == "" {
		return "", errors.New("no usable Location")
	}
	u.Scheme, u.Host = e.Endpoint.Scheme, e.Endpoint.Host
	return u.String(), nil
}

func (e *examination) patch(ctx context.Context, where string, offset int64, body io.Reader, length int64, lines ...string) (reply, error) {
	lines = append(lines, "Content-Type", offsetStream, "Upload-Offset", strconv.FormatInt(offset, 10))
	return e.ask(ctx, http.MethodPatch, where, body, length, lines...)
}

// zeros returns a body of n zero bytes.
func zeros(n int64) io.Reader { return io.LimitReader(nought{}, n) }

type nought struct{}

func (nought) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// status returns the status of a response, with the message in its body.
func (r reply) status() string {
	text := strings.Join(strings.Fields(r.text), " ")
	if text == "" || strings.HasPrefix(text, "<") {
		return r.Status
	}
	return fmt.Sprintf("%s (%s)", r.Status, clip(text, 120))
}

func clip(text string, most int) string {
	letters := []rune(strings.ToValidUTF8(text, ""))
	if len(letters) <= most {
		return string(letters)
	}
	return string(letters[:most]) + "…"
}

// plain removes method and URL from an error of net/http.
func plain(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
