package multipart_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"

	"pawl"
	"pawl/internal/testbed/s3test"
)

// TestStaleHolder holds a call of an instance up until another has taken the upload
// over, continued with other bytes, and finished.
func TestStaleHolder(t *testing.T) {
	r := newRig(t)
	const half = 6 << 20
	for _, c := range []struct {
		op     s3test.Op
		size   int // of the blob
		before int // acknowledged before
		length int64
	}{
		{s3test.PutObject, 3 << 20, 0, 3 << 20},                 // the whole
		{s3test.PutObject, 3 << 20, 1 << 20, 3 << 20},           // the whole, behind a tail
		{s3test.PutObject, 3 << 20, 0, pawl.UnknownLength},      // a tail
		{s3test.Create, 13 << 20, 0, 13 << 20},                  //
		{s3test.Create, 13 << 20, 1 << 20, 13 << 20},            //
		{s3test.UploadPart, 13 << 20, 0, 13 << 20},              // the first
		{s3test.UploadPart, 13 << 20, half, 13 << 20},           //
		{s3test.UploadPart, 13 << 20, half, pawl.UnknownLength}, //
	} {
		t.Run(fmt.Sprint(c.op, " after ", c.before, " of ", c.length), func(t *testing.T) {
			r.t = t
			x := r.begin(noise(40, c.size), c.length)
			if c.before > 0 {
				x.mustSend(c.before)
			} else if err := x.open(); err != nil {
				t.Fatal(err)
			}
			old, oldHolder := x.a, x.holder
			x.a, x.holder = nil, new(holder)
			seen, release := r.holdUp(t, c.op)
			var stale sync.WaitGroup
			stale.Go(func() {
				n, err := old.Append(context.Background(), bytes.NewReader(noise(41, c.size-c.before)), io.Discard)
				if n != 0 || err == nil {
					t.Errorf("a replaced instance has added %d bytes, %v", n, err)
				}
				_ = old.Close()
			})
			<-seen
			oldHolder.replace()
			x.mustSend(c.size / 2)
			x.finish()
			release()
			stale.Wait()
			x.wantWhole()
		})
	}
}

// holdUp holds the next call of an operation, when all of it has arrived.
func (r *rig) holdUp(t *testing.T, op s3test.Op) (seen <-chan struct{}, release func()) {
	arrived, open := make(chan struct{}), make(chan struct{})
	release = sync.OnceFunc(func() { close(open) })
	t.Cleanup(release)
	r.proxy.Fail(op, 1, func(w http.ResponseWriter, req *http.Request, pass http.Handler) {
		body, _ := io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(body))
		close(arrived)
		<-open
		pass.ServeHTTP(w, req)
	})
	return arrived, release
}

// TestStaleSeal holds the completion of one instance up until another has done it.
func TestStaleSeal(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(42, 7<<20), 7<<20)
	x.mustSend(7 << 20)
	x.close()
	seen, release := r.holdUp(t, s3test.Complete)
	done := make(chan error, 1)
	go func() { done <- r.blobs.Seal(context.Background(), x.id) }()
	<-seen
	x.finish()
	release()
	if err := <-done; err != nil {
		t.Errorf("Seal: %v", err)
	}
	x.wantWhole()
}

// TestSyncInTheFirstPart has a tail on its way, asked for in the middle of a request,
// while the parts after it are made.
func TestSyncInTheFirstPart(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(43, 22<<20), 22<<20)
	if err := x.open(); err != nil {
		t.Fatal(err)
	}
	seen, release := r.holdUp(t, s3test.PutObject)
	src, client := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- x.append(src, int64(len(x.content))) }()
	_, _ = client.Write(x.content[:1<<20])
	a := x.a
	go func() { _, _ = a.Sync(context.Background()) }()
	<-seen
	_, _ = client.Write(x.content[1<<20 : 16<<20]) // three parts are cut
	release()
	_, _ = client.Write(x.content[16<<20:])
	_ = client.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	x.finish()
}

// TestDeclaredLate has a length declared when there is more in tails than parts will
// be large.
func TestDeclaredLate(t *testing.T) {
	r := newRig(t, func(c *settings) { c.bucket.EqualParts = true })
	x := r.begin(noise(44, 40<<20), pawl.UnknownLength)
	x.mustSend(12 << 20)
	x.length = int64(len(x.content))
	x.close()
	for x.offset < x.length {
		x.mustSend(5 << 20)
	}
	m, err := r.store.Manifest(t.Context(), x.id)
	if err != nil || len(m.Parts) < 3 {
		t.Fatalf("%d parts, %v", len(m.Parts), err)
	}
	for _, p := range m.Parts[:len(m.Parts)-1] {
		if p.Size != m.Parts[0].Size {
			t.Errorf("part %d has %d bytes, the first %d", p.Number, p.Size, m.Parts[0].Size)
		}
	}
	x.finish()
}

// TestKilled drops instances at points of chance, with calls failing by chance, and
// has others continue.
func TestKilled(t *testing.T) {
	r := newRig(t)
	for seed := range uint64(25) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r.t = t
			r.survive(rand.New(rand.NewPCG(seed, 8)))
		})
	}
}

func (r *rig) survive(random *rand.Rand) {
	ops := []s3test.Op{s3test.UploadPart, s3test.PutObject, s3test.Create, s3test.Complete}
	size := 1 + random.IntN(1<<(16+random.IntN(9)))
	length := int64(size)
	if random.IntN(2) == 0 {
		length = pawl.UnknownLength
	}
	x := r.begin(noise(random.Uint64(), size), length)
	var stale sync.WaitGroup
	defer stale.Wait()
	for x.offset < int64(size) {
		if random.IntN(3) == 0 {
			fault := []s3test.Fault{s3test.Status(500, "InternalError"), s3test.LostAnswer, s3test.BrokenBody}[random.IntN(3)]
			r.proxy.Fail(ops[random.IntN(len(ops))], 1+random.IntN(6), fault)
		}
		n := 1 + random.IntN(1<<(10+random.IntN(14)))
		if random.IntN(3) == 0 {
			x.kill(n, &stale)
			continue
		}
		_ = x.send(n) // the outcome is checked there
		if random.IntN(4) == 0 {
			x.close()
		}
		r.proxy.Heal()
	}
	x.finish()
	stale.Wait()
	x.wantWhole()
}

// kill has an instance read n bytes and be replaced with its calls under way. It goes
// on with bytes that were never sent.
func (x *transfer) kill(n int, stale *sync.WaitGroup) {
	if x.open() != nil {
		return
	}
	n = min(n, len(x.content)-int(x.offset))
	old, oldHolder, from := x.a, x.holder, x.offset
	src, client := io.Pipe()
	stale.Go(func() {
		_, _ = old.Append(context.Background(), src, io.Discard)
		_ = src.Close()
		_ = old.Close()
	})
	_, _ = client.Write(x.content[from : from+int64(n)])
	oldHolder.replace()
	stale.Go(func() {
		_, _ = client.Write(noise(99, len(x.content)-int(from)-n))
		_ = client.Close()
	})
	x.a, x.holder = nil, new(holder)
}
