package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pawl"
	"pawl/api/metrics"
	"pawl/db/sqlite"
	"pawl/events"
	"pawl/files"
	"pawl/hooks/filetype"
	"pawl/storage/disk"
	"pawl/uploads"
)

// harness is the complete handler with a real database and disk storage.
type harness struct {
	t       *testing.T
	url     string
	uploads *uploads.Service
	files   *files.Service
	events  *events.Feed
	store   *sqlite.Store
	blobs   *disk.Blobs
	log     *logbook
	web     *httptest.Server
	stop    context.CancelFunc // as a server does that shuts down
}

// logbook is the log of a harness.
type logbook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func newHarness(t *testing.T, changes ...func(*Config)) *harness {
	t.Helper()
	h := &harness{t: t, log: &logbook{}}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(dir, "pawl.db"), Log: log})
	check(t, err)
	t.Cleanup(func() { _ = store.Close() })
	blobs, err := disk.Open(disk.Config{Dir: dir, Log: log})
	check(t, err)
	t.Cleanup(func() { _ = blobs.Close() })

	numbers := metrics.New()
	h.store, h.blobs = store, blobs
	h.events = events.New(store, pawl.OwnersOnly)
	h.files = files.New(files.Config{
		Store: store, Blobs: blobs, Policy: pawl.OwnersOnly, Events: h.events, Log: log, Now: time.Now,
	})
	h.uploads = uploads.New(uploads.Config{
		Store: store, Blobs: blobs, Policy: pawl.OwnersOnly, Events: h.events, Log: log, Now: time.Now,
		Gates:    pawl.Gates{Detect: filetype.Detect},
		Observer: numbers.Observer(),
	})
	t.Cleanup(func() { h.uploads.Close(context.Background()) })
	h.serve(log, numbers, changes)
	return h
}

func (h *harness) serve(log *slog.Logger, numbers *metrics.Metrics, changes []func(*Config)) {
	c := Config{
		Uploads: h.uploads, Files: h.files, Events: h.events, Metrics: numbers, Log: log,
		Tus: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Tus-Resumable", "1.0.0")
			_, _ = io.WriteString(w, "tus "+r.Method)
		}),
	}
	for _, change := range changes {
		change(&c)
	}
	handler, err := New(c)
	check(h.t, err)
	h.web = httptest.NewUnstartedServer(handler)
	base, stop := context.WithCancel(context.Background())
	h.stop = stop
	h.web.Config.BaseContext = func(net.Listener) context.Context { return base }
	h.web.Config.Protocols = new(http.Protocols)
	h.web.Config.Protocols.SetHTTP1(true)
	h.web.Config.Protocols.SetUnencryptedHTTP2(true)
	h.web.Start()
	h.t.Cleanup(func() { stop(); h.web.Close() })
	h.url = h.web.URL
}

// put stores a file and returns its JSON representation.
func (h *harness) put(name, mediaType, content string) fileJSON {
	h.t.Helper()
	return h.putFor(pawl.Local, name, mediaType, content)
}

func (h *harness) putFor(p pawl.Principal, name, mediaType, content string) fileJSON {
	h.t.Helper()
	id := h.begin(p, name, mediaType, int64(len(content)))
	h.append(p, id, 0, content)
	f, err := h.files.Get(context.Background(), p, id)
	check(h.t, err)
	return fileOf(f)
}

func (h *harness) begin(p pawl.Principal, name, mediaType string, length int64) pawl.ID {
	h.t.Helper()
	planned, err := h.uploads.Plan(context.Background(), p, uploads.Spec{
		Kind: pawl.Regular, Length: length, Name: name, DeclaredType: mediaType,
	})
	check(h.t, err)
	check(h.t, h.uploads.Begin(context.Background(), planned))
	return planned.ID
}

func (h *harness) append(p pawl.Principal, id pawl.ID, offset int64, content string) {
	h.t.Helper()
	ctx := context.Background()
	s, err := h.uploads.Open(ctx, p, id, func() {})
	check(h.t, err)
	defer s.Close()
	_, err = s.Append(ctx, offset, strings.NewReader(content))
	check(h.t, err)
	if s.Upload().Complete() {
		check(h.t, s.Finish(ctx))
	}
}

// do sends a request; headers are pairs.
func (h *harness) do(method, path, body string, headers ...string) (*http.Response, string) {
	h.t.Helper()
	r, err := http.NewRequest(method, h.url+path, strings.NewReader(body))
	check(h.t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	check(h.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	check(h.t, err)
	return resp, string(text)
}

// getJSON decodes a successful JSON response.
func getJSON[T any](h *harness, path string) T {
	h.t.Helper()
	resp, text := h.do("GET", path, "")
	if resp.StatusCode != http.StatusOK {
		h.t.Fatalf("GET %s: %s\n%s", path, resp.Status, text)
	}
	return decode[T](h.t, text)
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// names returns the names on a page and its next cursor.
func names(p page[fileView]) (list []string, next string) {
	for _, f := range p.Items {
		list = append(list, f.Name)
	}
	if p.NextCursor != nil {
		next = *p.NextCursor
	}
	return list, next
}

// fileView holds the fields of a file that tests use.
type fileView struct {
	ID, Name  string
	Size      int64
	MediaType string `json:"media_type"`
	SHA256    string
	State     string
	Metadata  map[string]string
	CreatedAt string `json:"created_at"`
	Downloads int64
}
