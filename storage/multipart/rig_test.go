package multipart_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pawl"
	"pawl/db/sqlite"
	"pawl/internal/testbed/s3test"
	"pawl/storage/multipart"
	"pawl/storage/s3"
)

// rig is a storage before whose server stands a proxy that can be made to fail.
type rig struct {
	t      *testing.T
	server *s3test.Server
	proxy  *s3test.Proxy
	store  *sqlite.Store
	blobs  *multipart.Blobs
	bucket *s3.Bucket

	joining pawl.ID
	counted int // calls of S3 that have been counted
}

func newRig(t *testing.T, options ...option) *rig {
	t.Helper()
	server := s3test.Start(t)
	r := &rig{t: t, server: server, proxy: s3test.NewProxy(t, server), store: database(t)}
	r.blobs, r.bucket = r.open(options...)
	whole := r.blobs.FreeMemory()
	t.Cleanup(func() { // whatever has gone wrong, no memory is lost
		waitFor(t, "the memory is free again", func() bool { return r.blobs.FreeMemory() == whole })
	})
	return r
}

// settings are those of an instance.
type settings struct {
	bucket s3.Config
	engine multipart.Config
}

type option func(*settings)

// hurry makes the instance wait for less: at most backoff between two attempts, and no
// longer than answer for an answer.
func (c *settings) hurry(backoff, answer time.Duration) {
	c.bucket.MaxBackoff, c.bucket.AnswerTimeout, c.bucket.CopyTimeout = backoff, answer, answer
	c.engine.BodyTimeout, c.engine.StallTimeout = 4*answer, answer
}

// instance is another one that has the same bucket and database.
func (r *rig) instance(options ...option) *multipart.Blobs {
	r.t.Helper()
	blobs, _ := r.open(options...)
	return blobs
}

func (r *rig) open(options ...option) (*multipart.Blobs, *s3.Bucket) {
	r.t.Helper()
	bucket, err := s3.ParseURL(s3test.URL(r.proxy.Address))
	if err != nil {
		r.t.Fatal(err)
	}
	c := settings{bucket, multipart.Config{Manifests: r.store, Prefix: bucket.Prefix, PartSize: 5 << 20, FlushAfter: time.Hour}}
	c.hurry(5*time.Millisecond, 30*time.Second)
	for _, set := range options {
		set(&c)
	}
	remote, err := s3.Open(r.t.Context(), c.bucket)
	if err != nil {
		r.t.Fatal(err)
	}
	c.engine.Remote = remote
	blobs := multipart.Open(c.engine)
	r.t.Cleanup(func() { _ = blobs.Close() })
	return blobs, remote
}

// database is a real one for the manifests.
func database(t *testing.T) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "pawl.db"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// manifest is that of an open blob.
func (r *rig) manifest(t *testing.T, id pawl.ID) pawl.Manifest {
	t.Helper()
	m, err := r.store.Manifest(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// abortUpload does to an open blob what somebody else could.
func (r *rig) abortUpload(t *testing.T, id pawl.ID) {
	t.Helper()
	u := multipart.Upload{Key: r.blobs.Key(id), ID: r.manifest(t, id).UploadID}
	if err := r.bucket.CheckUpload(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if err := r.bucket.AbortUpload(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

// deleteTails does to an open blob what somebody else could.
func (r *rig) deleteTails(t *testing.T, id pawl.ID) {
	t.Helper()
	m := r.manifest(t, id)
	if len(m.Tails) == 0 {
		t.Fatal("there are no tails")
	}
	for _, tail := range m.Tails {
		if err := r.bucket.DeleteObjects(t.Context(), tail.Key); err != nil {
			t.Fatal(err)
		}
	}
}

// inventory is how much there is in the bucket: multipart uploads, and objects with
// tails among them.
type inventory struct{ Uploads, Objects int }

func (r *rig) inventory(t *testing.T) (have inventory) {
	t.Helper()
	ctx := context.Background()
	for _, err := range r.bucket.ListUploads(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		have.Uploads++
	}
	for _, err := range r.bucket.ListObjects(ctx, "", true) {
		if err != nil {
			t.Fatal(err)
		}
		have.Objects++
	}
	return have
}

// transfer is an upload as the domain drives it. It watches over what must hold
// whatever happens: the offset is durable, and never goes back.
type transfer struct {
	*rig
	id      pawl.ID
	content []byte
	length  int64
	offset  int64 // acknowledged
	holder  *holder
	blobs   *multipart.Blobs
	a       pawl.Appender
}

// holder is who may commit, until it is replaced.
type holder struct {
	mu       sync.Mutex
	replaced bool
}

func (h *holder) replace() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.replaced = true
}

func (r *rig) begin(content []byte, length int64) *transfer {
	x := &transfer{
		rig: r, id: pawl.NewID(time.Now()), content: content, length: length, holder: new(holder), blobs: r.blobs,
	}
	r.t.Cleanup(x.close)
	return x
}

func (x *transfer) writing() pawl.Writing {
	holder := x.holder
	return pawl.Writing{
		Length: func() int64 { return x.length },
		Mark:   func() pawl.Mark { return pawl.Mark{} },
		Commit: func(ctx context.Context, _ pawl.Mark, remember func(tx pawl.Tx) error) error {
			holder.mu.Lock()
			defer holder.mu.Unlock()
			if holder.replaced {
				return pawl.Errorf(pawl.Locked, "the upload is another instance's")
			}
			return x.store.Update(ctx, remember)
		},
	}
}

func (x *transfer) open() error {
	if x.a != nil {
		return nil
	}
	a, err := x.blobs.Appender(x.t.Context(), x.id, x.writing())
	if err != nil {
		return err
	}
	if a.Offset() < x.offset {
		x.t.Fatalf("the offset was %d and is %d", x.offset, a.Offset())
	}
	x.offset, x.a = a.Offset(), a
	return nil
}

// send appends the next n bytes, as far as there are so many.
func (x *transfer) send(n int) error {
	x.t.Helper()
	if err := x.open(); err != nil {
		return err
	}
	n = min(n, len(x.content)-int(x.offset))
	return x.append(bytes.NewReader(x.content[x.offset:x.offset+int64(n)]), int64(n))
}

// append gives a source to the appender, which is closed if that fails.
func (x *transfer) append(src io.Reader, n int64) error {
	x.t.Helper()
	var tee bytes.Buffer
	added, err := x.a.Append(x.t.Context(), src, &tee)
	x.offset += added
	size, sizeErr := x.blobs.Size(x.t.Context(), x.id)
	switch {
	case added < 0 || added > n || err == nil && added != n:
		x.t.Fatalf("added %d of %d (%v)", added, n, err)
	case x.a.Offset() != x.offset || sizeErr != nil || size != x.offset:
		x.t.Fatalf("the offset is %d, in the manifest %d (%v), and %d was acknowledged", x.a.Offset(), size, sizeErr, x.offset)
	case err == nil && !bytes.Equal(tee.Bytes(), x.content[x.offset-added:x.offset]):
		x.t.Fatal("tee did not get what was appended")
	}
	if err != nil {
		x.close()
	}
	return err
}

func (x *transfer) close() {
	if x.a != nil {
		_ = x.a.Close()
		x.a = nil
	}
}

// mustSend is send when nothing is wrong.
func (x *transfer) mustSend(n int) {
	x.t.Helper()
	if err := x.send(n); err != nil {
		x.t.Fatalf("at %d: %v", x.offset, err)
	}
}

// finish sends what is left, seals, and compares every byte.
func (x *transfer) finish() {
	x.t.Helper()
	for x.offset < int64(len(x.content)) {
		x.mustSend(len(x.content))
	}
	x.close()
	for range 2 {
		if err := x.blobs.Seal(x.t.Context(), x.id); err != nil {
			x.t.Fatalf("Seal: %v", err)
		}
	}
	x.wantWhole()
}

// wantWhole compares what is stored, which is sealed and stays so.
func (x *transfer) wantWhole() {
	x.t.Helper()
	wantBlob(x.t, x.blobs, x.id, x.content)
	a, err := x.blobs.Appender(x.t.Context(), x.id, x.writing())
	if err != nil || a.Offset() != int64(len(x.content)) {
		x.t.Fatalf("what is finished does not stay finished: %v", err)
	}
	if n, err := a.Append(x.t.Context(), bytes.NewReader([]byte("more")), io.Discard); n != 0 || pawl.KindOf(err) != pawl.Conflict {
		x.t.Errorf("appending to what is finished: %d, %v", n, err)
	}
	_ = a.Close()
}

func wantBlob(t *testing.T, blobs *multipart.Blobs, id pawl.ID, content []byte) {
	t.Helper()
	r, err := blobs.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
		t.Fatalf("%d bytes came back (%v), which are not the %d that were sent", len(got), err, len(content))
	}
}

func wantKind(t *testing.T, err error, kind pawl.Kind) {
	t.Helper()
	if err == nil || pawl.KindOf(err) != kind {
		t.Fatalf("error %v of kind %s, want kind %s", err, pawl.KindOf(err), kind)
	}
}

func noise(seed uint64, n int) []byte {
	p := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 7}).Read(p)
	return p
}

// waitFor gives a condition time to come true; how much depends on the machine.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Errorf("it did not happen: %s", what)
}
