package s3_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"pawl"
	"pawl/db/sqlite"
	"pawl/internal/testbed/s3test"
	"pawl/storage/s3"
)

// rig is a storage before whose server stands a proxy that can be made to fail.
type rig struct {
	t      *testing.T
	server *s3test.Server
	proxy  *s3test.Proxy
	store  *sqlite.Store
	blobs  *s3.Blobs

	joining pawl.ID
}

func newRig(t *testing.T, options ...option) *rig {
	t.Helper()
	server := s3test.Start(t)
	r := &rig{t: t, server: server, proxy: s3test.NewProxy(t, server), store: books(t)}
	r.blobs = r.instance(options...)
	whole := r.blobs.FreeMemory()
	t.Cleanup(func() { // whatever has gone wrong, no memory is lost
		waitFor(t, "the memory is free again", func() bool { return r.blobs.FreeMemory() == whole })
	})
	return r
}

// instance is another one that has the same bucket and books.
func (r *rig) instance(options ...option) *s3.Blobs {
	r.t.Helper()
	brisk := func(c *s3.Config) {
		c.PartSize, c.SettleAfter = 5<<20, time.Hour
		s3.Hurry(c, 5*time.Millisecond, 30*time.Second)
	}
	return open(r.t, r.proxy.Address, r.store, append([]option{brisk}, options...)...)
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
	blobs   *s3.Blobs
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
		x.t.Fatalf("the offset is %d, in the books %d (%v), and %d was acknowledged", x.a.Offset(), size, sizeErr, x.offset)
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

func wantBlob(t *testing.T, blobs *s3.Blobs, id pawl.ID, content []byte) {
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
