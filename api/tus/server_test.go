package tus_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl"
	"pawl/api/problem"
	"pawl/api/tus"
	"pawl/db/sqlite"
	"pawl/events"
	"pawl/files"
	"pawl/storage/disk"
	"pawl/uploads"
)

// rig is a whole server on a real database and a real disk.
type rig struct {
	*httptest.Server
	t       testing.TB
	store   pawl.Store
	blobs   pawl.Blobs
	uploads *uploads.Service
	files   *files.Service
}

type option func(*uploads.Config)

func maxSize(n int64) option { return func(c *uploads.Config) { c.MaxSize = n } }

func gates(g pawl.Gates) option {
	return func(c *uploads.Config) {
		g.Detect = detect
		c.Gates = g
	}
}

func detect(head []byte) string {
	if bytes.HasPrefix(head, []byte("%PDF-")) {
		return "application/pdf"
	}
	return "application/octet-stream"
}

// who takes the principal from the request, so that a test can be anybody, or
// somebody whose login has run out. A request that is canceled before it begins came on
// a connection that an earlier one has spoilt.
func who(r *http.Request) (pawl.Principal, error) {
	if err := r.Context().Err(); err != nil {
		return pawl.Principal{}, err
	}
	switch user := r.Header.Get("Test-User"); user {
	case "":
		return pawl.Local, nil
	case "nobody":
		return pawl.Principal{}, nil
	case "expired":
		return pawl.Principal{}, problem.New(http.StatusUnauthorized, pawl.Forbidden, "the login has run out; sign in again")
	default:
		return pawl.Principal{ID: user}, nil
	}
}

func start(t testing.TB, options ...option) *rig {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(dir, "pawl.db"), Log: log})
	check(t, err)
	t.Cleanup(func() { _ = store.Close() })
	blobs, err := disk.Open(disk.Config{Dir: dir, Log: log})
	check(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	events := events.New(store, pawl.OwnersOnly)
	config := uploads.Config{
		Store: store, Blobs: blobs, Gates: pawl.Gates{Detect: detect}, Policy: pawl.OwnersOnly,
		Events: events, Log: log, Now: time.Now,
	}
	for _, set := range options {
		set(&config)
	}
	s := &rig{t: t, store: store, blobs: blobs, uploads: uploads.New(config)}
	s.files = files.New(files.Config{Store: store, Blobs: blobs, Policy: pawl.OwnersOnly, Events: events, Log: log, Now: time.Now})
	handler, err := tus.New(tus.Config{
		Uploads: s.uploads, Files: s.files, Principal: who, Log: log,
		Download: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a download") }),
	})
	check(t, err)
	s.Server = httptest.NewServer(handler)
	t.Cleanup(s.Server.Close)
	t.Cleanup(func() { s.uploads.Close(context.Background()) })
	return s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// reply is an answer with its body read.
type reply struct {
	*http.Response
	text string
}

// do sends a request with header lines such as "Upload-Length: 5". Tus-Resumable
// is there unless a line says otherwise; a line without a value removes one.
func (s *rig) do(method, path string, body io.Reader, lines ...string) reply {
	s.t.Helper()
	target := path
	if strings.HasPrefix(path, "/") {
		target = s.URL + path
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, target, body)
	check(s.t, err)
	r.Header.Set("Tus-Resumable", "1.0.0")
	for _, line := range lines {
		key, value, _ := strings.Cut(line, ":")
		if value = strings.TrimSpace(value); value == "" {
			r.Header.Del(key)
		} else {
			r.Header.Add(key, value)
		}
	}
	answer, err := s.Client().Do(r)
	check(s.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(s.t, err)
	return reply{answer, string(text)}
}

func (r reply) want(t testing.TB, status int) reply {
	t.Helper()
	if r.StatusCode != status {
		t.Fatalf("status %d (%s), want %d", r.StatusCode, strings.TrimSpace(r.text), status)
	}
	if status >= 400 {
		if r.Header.Get("Upload-Offset") != "" {
			t.Error("an error answer carries Upload-Offset")
		}
		if r.Request.Method != http.MethodHead && strings.TrimSpace(r.text) == "" {
			t.Error("an error answer says nothing")
		}
		if strings.Contains(r.text, "ERR_") {
			t.Errorf("an error answer is not in our words: %s", r.text)
		}
	}
	return r
}

func (r reply) wantHeader(t testing.TB, key, want string) reply {
	t.Helper()
	if got := r.Header.Get(key); got != want {
		t.Errorf("%s: %q, want %q", key, got, want)
	}
	return r
}

const stream = "Content-Type: application/offset+octet-stream"

func offset(n int) string { return "Upload-Offset: " + strconv.Itoa(n) }

// create begins an upload and returns its path.
func (s *rig) create(length int, lines ...string) string {
	s.t.Helper()
	r := s.do("POST", "/files/", nil, append(lines, "Upload-Length: "+strconv.Itoa(length))...).want(s.t, 201)
	return r.Header.Get("Location")
}

func (s *rig) patch(path string, at int, body string, lines ...string) reply {
	s.t.Helper()
	return s.do("PATCH", path, strings.NewReader(body), append(lines, stream, offset(at))...)
}

func (s *rig) wantOffset(path string, want int) {
	s.t.Helper()
	s.do("HEAD", path, nil).want(s.t, 200).wantHeader(s.t, "Upload-Offset", strconv.Itoa(want))
}

func idOf(path string) pawl.ID {
	path = bare(path)
	return pawl.ID(path[strings.LastIndexByte(path, '/')+1:])
}

// bare is an upload's path without its secret.
func bare(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return path
}

// wantFile compares the file an upload has become.
func (s *rig) wantFile(path, content string) pawl.File {
	s.t.Helper()
	f, r, err := s.files.Open(s.t.Context(), pawl.Local, idOf(path))
	check(s.t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	check(s.t, err)
	if string(got) != content {
		s.t.Errorf("the file has %d bytes, which are not the %d sent", len(got), len(content))
	}
	if f.SHA256 != sha256.Sum256([]byte(content)) || f.Size != int64(len(content)) {
		s.t.Errorf("digest or size of the file are wrong: %d bytes", f.Size)
	}
	return f
}

// wantNothing checks that an upload has left no trace: no row, no file, no bytes.
func (s *rig) wantNothing() {
	s.t.Helper()
	rows, err := s.store.Uploads(s.t.Context(), pawl.UploadQuery{Owner: pawl.Everybody, WithPartial: true, Limit: 10})
	check(s.t, err)
	files, err := s.store.Files(s.t.Context(), pawl.FileQuery{Owner: pawl.Everybody, Sort: pawl.ByCreated, Limit: 10})
	check(s.t, err)
	if len(rows)+len(files) > 0 {
		s.t.Errorf("%d uploads and %d files are left", len(rows), len(files))
	}
	for blob, err := range s.blobs.All(s.t.Context()) {
		check(s.t, err)
		s.t.Errorf("%d bytes of %s are left", blob.Size, blob.ID)
	}
}

// noise is text that no two seeds share.
func noise(seed uint64, n int) string {
	p := make([]byte, n)
	source := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 7})
	_, _ = source.Read(p)
	return string(p)
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// dial sends the head of a request and returns the connection, for bodies that
// come slowly or never.
func (s *rig) dial(method, path string, lines ...string) net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	check(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: pawl\r\nTus-Resumable: 1.0.0\r\n%s\r\n\r\n", method, path, strings.Join(lines, "\r\n"))
	check(s.t, err)
	return conn
}

func answerOn(t testing.TB, conn net.Conn) *http.Response {
	t.Helper()
	check(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	check(t, err)
	return r
}

// eventually waits for what another goroutine will bring about.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("%s did not happen", what)
}
