package tusclient

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake is a tus server with configurable failures.
type fake struct {
	*httptest.Server
	mu      sync.Mutex
	uploads map[string]*fakeUpload
	faults  []fault // each is used once, by the first request it fits
	seen    []string
	secrets int // requests that brought the test's header
}

type fakeUpload struct {
	length int64
	bytes  []byte
}

// fault is a failure of a request: a closed connection or a status.
type fault struct {
	method string
	status int   // 0: the connection is cut
	keep   int64 // bytes of the body that are kept all the same, -1 is all
	forget bool  // the upload is gone
}

const extensionsOfFake = "creation,creation-defer-length"

func newFake(t *testing.T, faults ...fault) (*fake, *Client) {
	t.Helper()
	f := &fake{uploads: map[string]*fakeUpload{}, faults: faults}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	endpoint, err := ParseEndpoint(f.URL)
	if err != nil {
		t.Fatal(err)
	}
	return f, &Client{
		Endpoint: endpoint, HTTP: NewHTTP(NewTransport(4)), RetryFor: time.Hour, Header: http.Header{"Secret": {"s"}},
		sleep: func(context.Context, time.Duration) error { return nil },
	}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = append(f.seen, r.Method)
	if r.Header.Get("Secret") != "" {
		f.secrets++
	}
	up := f.uploads[r.URL.Path]
	if broken, ok := f.fault(r.Method); ok {
		f.fail(w, r, up, broken, body)
		return
	}
	w.Header().Set("Tus-Resumable", "1.0.0")
	switch {
	case r.Method == http.MethodPost:
		length, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
		if err != nil {
			length = UnknownLength
		}
		path := fmt.Sprintf("/files/%d", len(f.uploads))
		f.uploads[path] = &fakeUpload{length: length}
		w.Header().Set("Location", path)
		w.WriteHeader(http.StatusCreated)
	case up == nil:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodHead:
		w.Header().Set("Upload-Offset", strconv.Itoa(len(up.bytes)))
		if up.length >= 0 {
			w.Header().Set("Upload-Length", strconv.FormatInt(up.length, 10))
		}
	case r.Header.Get("Upload-Offset") != strconv.Itoa(len(up.bytes)):
		w.WriteHeader(http.StatusConflict)
	default:
		up.bytes = append(up.bytes, body...)
		if n, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64); err == nil {
			up.length = n
		}
		w.Header().Set("Upload-Offset", strconv.Itoa(len(up.bytes)))
		w.WriteHeader(http.StatusNoContent)
	}
}

func (f *fake) fault(method string) (fault, bool) {
	for i, broken := range f.faults {
		if broken.method == method {
			f.faults = append(f.faults[:i:i], f.faults[i+1:]...)
			return broken, true
		}
	}
	return fault{}, false
}

func (f *fake) fail(w http.ResponseWriter, r *http.Request, up *fakeUpload, broken fault, body []byte) {
	if broken.keep < 0 {
		broken.keep = int64(len(body))
	}
	if up != nil {
		up.bytes = append(up.bytes, body[:min(broken.keep, int64(len(body)))]...)
	}
	if broken.forget {
		delete(f.uploads, r.URL.Path)
		f.uploads["/gone"] = nil // so that names are not used again
	}
	if broken.status == 0 {
		panic(http.ErrAbortHandler)
	}
	http.Error(w, "not today", broken.status)
}

var content = bytes.Repeat([]byte("0123456789abcdef"), 16<<10) // 256 KiB

func (f *fake) want(t *testing.T, stored Stored) {
	t.Helper()
	up := f.uploads[strings.TrimPrefix(stored.URL, f.URL)]
	if up == nil || !bytes.Equal(up.bytes, content) || up.length != int64(len(content)) {
		t.Errorf("the server has not what was uploaded; it saw %q", f.seen)
	}
	if stored.SHA256 != sha256.Sum256(content) {
		t.Error("the digest is wrong")
	}
}

// TestFailuresThatPass checks that an upload completes despite temporary failures.
func TestFailuresThatPass(t *testing.T) {
	for name, faults := range map[string][]fault{
		"cut":                         {{method: "PATCH", keep: 1000}, {method: "PATCH", keep: 0}},
		"stored, but not heard":       {{method: "PATCH", keep: -1}},
		"stored, but answered 500":    {{method: "PATCH", keep: -1, status: 500}},
		"locked, and HEAD too":        {{method: "PATCH", status: 423}, {method: "HEAD", status: 423}, {method: "HEAD", status: 503}},
		"another offset":              {{method: "PATCH", keep: 77, status: 409}},
		"too many requests":           {{method: "POST", status: 429}, {method: "OPTIONS", status: 502}},
		"wrong checksum":              {{method: "PATCH", status: 460}},
		"the upload vanishes":         {{method: "PATCH", status: 410, forget: true}},
		"the upload is gone for HEAD": {{method: "PATCH", keep: 9}, {method: "HEAD", status: 404, forget: true}},
	} {
		t.Run(name, func(t *testing.T) {
			f, c := newFake(t, faults...)
			var there int64
			stored, err := c.Upload(t.Context(), Upload{
				Source: bytes.NewReader(content), Size: int64(len(content)),
				Moved: func(n int64, _ bool) { there += n },
			})
			if err != nil {
				t.Fatal(err)
			}
			f.want(t, stored)
			if there != int64(len(content)) {
				t.Errorf("progress ended at %d of %d bytes", there, len(content))
			}
		})
	}
}

// TestPipe uploads from a reader despite failures.
func TestPipe(t *testing.T) {
	f, c := newFake(t, fault{method: "PATCH", keep: 500}, fault{method: "PATCH", status: 503})
	c.ChunkSize = 100_000
	stored, err := c.UploadStream(t.Context(), io.MultiReader(bytes.NewReader(content)), Upload{Server: Server{Extensions: list(extensionsOfFake)}})
	if err != nil {
		t.Fatal(err)
	}
	f.want(t, stored)
}

// TestFailuresThatDoNot checks that permanent failures return the server's message.
func TestFailuresThatDoNot(t *testing.T) {
	f, c := newFake(t, fault{method: "PATCH", status: 403})
	_, err := c.Upload(t.Context(), Upload{Source: bytes.NewReader(content), Size: int64(len(content))})
	if e, ok := errors.AsType[*StatusError](err); !ok || e.Code != 403 || e.Text != "not today" {
		t.Errorf("error %v", err)
	}
	if got := strings.Join(f.seen, " "); got != "POST PATCH" {
		t.Errorf("requests: %s", got)
	}
	f, c = newFake(t, fault{method: "PATCH", status: 503}, fault{method: "PATCH", status: 503})
	c.RetryFor = 0
	if _, err := c.Upload(t.Context(), Upload{Source: bytes.NewReader(content), Size: int64(len(content))}); err == nil || len(f.seen) != 2 {
		t.Errorf("error %v after %q", err, f.seen)
	}
}

// TestOtherFile checks that an upload of another file is not resumed.
func TestOtherFile(t *testing.T) {
	f, c := newFake(t)
	f.uploads["/files/old"] = &fakeUpload{length: 3, bytes: []byte("ab")}
	stored, err := c.Upload(t.Context(), Upload{Source: bytes.NewReader(content), Size: int64(len(content)), State: State{URL: f.URL + "/files/old"}})
	if err != nil {
		t.Fatal(err)
	}
	f.want(t, stored)
	if string(f.uploads["/files/old"].bytes) != "ab" {
		t.Error("the other upload was written to")
	}
}

// TestShorter checks that a source with fewer bytes than its size is an error.
func TestShorter(t *testing.T) {
	_, c := newFake(t)
	_, err := c.Upload(t.Context(), Upload{Source: bytes.NewReader(content[:5000]), Size: int64(len(content))})
	if err == nil || !strings.Contains(err.Error(), "shorter") {
		t.Errorf("error %v", err)
	}
}

// TestSecret checks that headers are sent only to the origin of the endpoint.
func TestSecret(t *testing.T) {
	other, _ := newFake(t)
	other.uploads["/files/x"] = &fakeUpload{length: 1}
	own, c := newFake(t)
	if _, err := c.Head(t.Context(), other.URL+"/files/x"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Create(t.Context(), Creation{Length: 1}); err != nil {
		t.Fatal(err)
	}
	if other.secrets != 0 || own.secrets != 1 {
		t.Errorf("the other server was told the secret %d times, the own one %d times", other.secrets, own.secrets)
	}
}

// TestSplit checks that parts cover the size without gaps and overlaps.
func TestSplit(t *testing.T) {
	for _, size := range []int64{4, 5, 1 << 30, 1<<30 + 3} {
		at := int64(0)
		for _, p := range split(size, 4) {
			if p.Start != at || p.End <= p.Start {
				t.Errorf("%d bytes: part %+v after %d", size, p, at)
			}
			at = p.End
		}
		if at != size {
			t.Errorf("%d bytes: parts end at %d", size, at)
		}
	}
}
