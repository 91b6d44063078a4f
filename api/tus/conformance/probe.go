package conformance

import (
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	stream  = "Content-Type: application/offset+octet-stream"
	version = "1.0.0"
)

// probe is a client that notes what it does not like.
type probe struct {
	testing.TB
	server  Server
	offered []string
}

// reply is an answer whose body has been read.
type reply struct {
	*http.Response
	p    *probe
	what string // the request, for messages
	body string
}

// do sends a request with header lines such as "Upload-Length: 5"; Tus-Resumable
// goes along unless the line "-Tus-Resumable" is given.
func (p *probe) do(method, target string, body io.Reader, lines ...string) reply {
	p.Helper()
	return p.send(p.server.Client, p.request(method, target, body, lines...))
}

func (p *probe) request(method, target string, body io.Reader, lines ...string) *http.Request {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), method, target, body)
	p.must(err)
	r.Header = p.header(lines)
	return r
}

func (p *probe) header(lines []string) http.Header {
	h := p.server.Header.Clone()
	if h == nil {
		h = make(http.Header)
	}
	if !slices.Contains(lines, "-Tus-Resumable") {
		h.Set("Tus-Resumable", version)
	}
	for _, line := range lines {
		if key, value, ok := strings.Cut(line, ":"); ok {
			h.Add(key, strings.TrimPrefix(value, " "))
		}
	}
	return h
}

func (p *probe) send(client *http.Client, r *http.Request) reply {
	p.Helper()
	answer, err := client.Do(r)
	p.must(err)
	return p.receive(r, answer)
}

// receive reads an answer and checks what holds of every one.
func (p *probe) receive(r *http.Request, answer *http.Response) reply {
	p.Helper()
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	p.must(err)
	a := reply{answer, p, r.Method + " " + r.URL.Path, string(body)}
	a.always(r.Method)
	return a
}

// always is what every answer has to be like.
func (a reply) always(method string) {
	a.p.Helper()
	if method != http.MethodOptions && a.Header.Get("Tus-Resumable") != version {
		a.errorf("Core/Tus-Resumable, MUST: every answer carries the version; this one has %q", a.Header.Get("Tus-Resumable"))
	}
	if a.StatusCode < 400 {
		return
	}
	for _, key := range []string{"Upload-Offset", "Location"} {
		if a.Header.Get(key) != "" {
			a.errorf("an error carries %s, which some clients take for success", key)
		}
	}
	if method != http.MethodHead && strings.TrimSpace(a.body) == "" {
		a.errorf("an error says nothing a person could read")
	}
}

func (a reply) errorf(format string, args ...any) {
	a.p.Helper()
	a.p.Errorf("%s: %d: %s", a.what, a.StatusCode, fmt.Sprintf(format, args...))
}

// is ends the check unless the status is one of these.
func (a reply) is(statuses ...int) reply {
	a.p.Helper()
	if !slices.Contains(statuses, a.StatusCode) {
		a.p.Fatalf("%s: status %d (%s), want %v", a.what, a.StatusCode, strings.TrimSpace(a.body), statuses)
	}
	return a
}

// refused expects the client to be told that the fault is its own.
func (a reply) refused() reply {
	a.p.Helper()
	if a.StatusCode < 400 || a.StatusCode > 499 {
		a.p.Fatalf("%s: status %d, want a 4xx", a.what, a.StatusCode)
	}
	return a
}

func (a reply) has(key, want string) reply {
	a.p.Helper()
	if got := a.Header.Values(key); len(got) != 1 || got[0] != want {
		a.errorf("%s is %q, want %q", key, got, want)
	}
	return a
}

func (a reply) hasNot(key string) reply {
	a.p.Helper()
	if got, ok := a.Header[http.CanonicalHeaderKey(key)]; ok {
		a.errorf("%s is %q, want none", key, got)
	}
	return a
}

// location is the URL of what was created, resolved against the creation URL.
func (a reply) location() string {
	a.p.Helper()
	base, err := url.Parse(a.p.server.URL)
	a.p.must(err)
	at, err := base.Parse(a.Header.Get("Location"))
	a.p.must(err)
	if a.Header.Get("Location") == "" || at.Path == base.Path {
		a.p.Fatalf("%s: Location %q names no upload", a.what, a.Header.Get("Location"))
	}
	return at.String()
}

func (p *probe) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// post asks for a creation.
func (p *probe) post(body io.Reader, lines ...string) reply {
	p.Helper()
	return p.do(http.MethodPost, p.server.URL, body, lines...)
}

// create begins an upload of so many bytes and returns its URL.
func (p *probe) create(length int, lines ...string) string {
	p.Helper()
	return p.post(nil, append(lines, lengthOf(length))...).is(201).location()
}

// deferred begins an upload of unknown length.
func (p *probe) deferred(lines ...string) string {
	p.Helper()
	return p.post(nil, append(lines, "Upload-Defer-Length: 1")...).is(201).location()
}

func (p *probe) patch(target string, at int, body string, lines ...string) reply {
	p.Helper()
	return p.do(http.MethodPatch, target, strings.NewReader(body), append(lines, stream, offsetOf(at))...)
}

func (p *probe) head(target string) reply {
	p.Helper()
	return p.do(http.MethodHead, target, nil)
}

// added expects a PATCH to have been taken up to an offset.
func (a reply) added(to int) reply {
	a.p.Helper()
	return a.is(204).has("Upload-Offset", strconv.Itoa(to))
}

// at expects an upload to stand at an offset.
func (p *probe) at(target string, want int) {
	p.Helper()
	p.head(target).is(200, 204).has("Upload-Offset", strconv.Itoa(want))
}

// offset is where an upload stands.
func (p *probe) offset(target string) int {
	p.Helper()
	a := p.head(target).is(200, 204)
	n, err := strconv.Atoi(a.Header.Get("Upload-Offset"))
	p.must(err)
	return n
}

// gone expects an upload not to be there.
func (p *probe) gone(target string) {
	p.Helper()
	p.head(target).is(404, 410, 403).hasNot("Upload-Offset")
}

// content expects a finished upload to hold exactly these bytes.
func (p *probe) content(target, want string) {
	p.Helper()
	n := strconv.Itoa(len(want))
	p.head(target).is(200, 204).has("Upload-Offset", n).has("Upload-Length", n)
	if got := p.read(target); got != want {
		p.Errorf("%s holds %d bytes, which are not the %d that were sent", target, len(got), len(want))
	}
}

// read is what a finished upload has become.
func (p *probe) read(target string) string {
	p.Helper()
	if p.server.Content != nil {
		return string(p.server.Content(p, target))
	}
	answer, err := p.server.Client.Do(p.request(http.MethodGet, target, nil, "-Tus-Resumable"))
	p.must(err)
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	p.must(err)
	if answer.StatusCode != http.StatusOK {
		p.Fatalf("GET %s: status %d", target, answer.StatusCode)
	}
	return string(got)
}

// eventually waits for what the server does when it notices something.
func (p *probe) eventually(what string, done func() bool) {
	p.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if done() {
			return
		}
	}
	p.Fatalf("%s did not happen", what)
}

func lengthOf(n int) string { return "Upload-Length: " + strconv.Itoa(n) }
func offsetOf(n int) string { return "Upload-Offset: " + strconv.Itoa(n) }

// chunked hides the length of a body, so that it is sent in chunks.
func chunked(text string) io.Reader { return struct{ io.Reader }{strings.NewReader(text)} }

// noise is n bytes that look like nothing, the same for the same seed.
func noise(seed uint64, n int) string {
	p := make([]byte, n)
	source := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 't', 'u', 's'})
	_, _ = source.Read(p)
	return string(p)
}

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
