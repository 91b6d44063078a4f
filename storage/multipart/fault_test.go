package multipart_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"pawl"
	"pawl/internal/testbed/s3test"
)

var faults = map[string]s3test.Fault{
	"500":             s3test.Status(500, "InternalError"),
	"503 SlowDown":    s3test.Status(503, "SlowDown"),
	"broken body":     s3test.BrokenBody,
	"lost answer":     s3test.LostAnswer,
	"error in a 200":  s3test.ErrorIn200,
	"expired token":   s3test.Status(403, "ExpiredToken"),
	"no such bucket":  s3test.Status(404, "NoSuchBucket"),
	"request timeout": s3test.Status(400, "RequestTimeout"),
}

// occurs reports whether a fault is one of an operation's.
func occurs(name string, op s3test.Op) bool {
	switch name {
	case "error in a 200":
		return op == s3test.Complete
	case "broken body":
		return op == s3test.UploadPart || op == s3test.PutObject
	}
	return true
}

// lasting faults are not tried again by the call itself.
func lasting(name string) bool {
	return name == "expired token" || name == "no such bucket"
}

// TestFaults has every call of an upload fail in every way: for a moment, which
// nobody notices, or until it is given up, after which the upload continues.
func TestFaults(t *testing.T) {
	r := newRig(t)
	content := noise(1, 7<<20+11)
	for _, op := range []s3test.Op{s3test.UploadPart, s3test.PutObject, s3test.Create, s3test.Complete} {
		for name, fault := range faults {
			if !occurs(name, op) {
				continue
			}
			t.Run(fmt.Sprint(op, "/", name), func(t *testing.T) {
				if !lasting(name) {
					r.proxy.Fail(op, 2, fault)
					if failures := r.endure(t, content); failures != 0 {
						t.Errorf("a fault that passes has failed %d requests", failures)
					}
				}
				r.proxy.Fail(op, -1, fault)
				failures := r.endure(t, content)
				// The object is there, whatever the answers to its completion were.
				if done := op == s3test.Complete && name == "lost answer"; (failures == 0) != done {
					t.Errorf("%d requests have failed", failures)
				}
			})
		}
	}
}

// endure uploads content in two requests, each sent again after a failure. It counts
// those, after each of which the storage is as it should be.
func (r *rig) endure(t *testing.T, content []byte) (failures int) {
	t.Helper()
	r.t = t
	t.Cleanup(r.proxy.Heal)
	x := r.begin(content, int64(len(content)))
	failed := func(err error) bool {
		if err == nil {
			return false
		}
		if pawl.KindOf(err) != pawl.Unavailable {
			t.Fatalf("kind %s: %v", pawl.KindOf(err), err)
		}
		failures++
		r.proxy.Heal()
		return true
	}
	for x.offset < int64(len(content)) {
		failed(x.send(6 << 20))
	}
	x.close()
	for failed(r.blobs.Seal(t.Context(), x.id)) {
	}
	r.proxy.Heal()
	x.finish()
	return failures
}

// TestWholePutFails is about an upload that is one PutObject if all is well.
func TestWholePutFails(t *testing.T) {
	r := newRig(t)
	content := noise(2, 3<<20+5)
	for name, fault := range faults {
		if !occurs(name, s3test.PutObject) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if !lasting(name) {
				creates := r.proxy.Calls(s3test.Create)
				r.proxy.Fail(s3test.PutObject, 1, fault)
				if failures := r.endure(t, content); failures != 0 {
					t.Errorf("a fault that passes has failed %d requests", failures)
				}
				if r.proxy.Calls(s3test.Create) != creates {
					t.Error("the object that it had put itself was taken for another's")
				}
			}
			r.proxy.Fail(s3test.PutObject, -1, fault)
			failures := r.endure(t, content)
			// The object is there, whatever the answers were.
			if done := name == "lost answer"; (failures == 0) != done {
				t.Errorf("%d requests have failed", failures)
			}
		})
	}
}

// TestOnePartFails has one part fail until it is given up, while later ones are stored.
func TestOnePartFails(t *testing.T) {
	r := newRig(t)
	var mu sync.Mutex
	used := make(map[int]bool)
	highest, later := 0, make(chan struct{})
	r.proxy.Fail(s3test.UploadPart, -1, func(w http.ResponseWriter, req *http.Request, pass http.Handler) {
		number, _ := strconv.Atoi(req.URL.Query().Get("partNumber"))
		if number == 2 {
			<-later // the third is stored by then
			s3test.Status(500, "InternalError")(w, req, pass)
			return
		}
		pass.ServeHTTP(w, req)
		mu.Lock()
		defer mu.Unlock()
		if used[number] {
			t.Errorf("number %d is used again", number)
		}
		used[number] = true
		highest = max(highest, number)
		if number == 3 {
			close(later)
		}
	})
	x := r.begin(noise(3, 23<<20), 23<<20)
	wantKind(t, x.send(23<<20), pawl.Unavailable)
	if x.offset != 5<<20 {
		t.Errorf("the offset is %d, want that before the part that failed", x.offset)
	}
	before := highest
	r.proxy.Heal()
	r.proxy.Fail(s3test.UploadPart, -1, func(w http.ResponseWriter, req *http.Request, pass http.Handler) {
		if number, _ := strconv.Atoi(req.URL.Query().Get("partNumber")); number <= before {
			t.Errorf("number %d is used again", number)
		}
		pass.ServeHTTP(w, req)
	})
	x.finish()
}

// TestHang is about a server that takes what it is sent and says nothing.
func TestHang(t *testing.T) {
	r := newRig(t)
	hurried := r.instance(func(c *settings) { c.hurry(time.Millisecond, 100*time.Millisecond) })
	hang := func(_ http.ResponseWriter, req *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, req.Body)
		<-req.Context().Done()
		panic(http.ErrAbortHandler)
	}
	for _, op := range []s3test.Op{s3test.PutObject, s3test.Create, s3test.UploadPart, s3test.Complete} {
		t.Run(string(op), func(t *testing.T) {
			r.t = t
			x := r.begin(noise(4, 7<<20), 7<<20)
			x.blobs = hurried
			r.proxy.Fail(op, -1, hang)
			if op == s3test.Complete {
				x.blobs = r.blobs
				x.mustSend(7 << 20)
				x.close()
				wantKind(t, hurried.Seal(t.Context(), x.id), pawl.Unavailable)
			} else {
				wantKind(t, x.send(6<<20), pawl.Unavailable)
			}
			r.proxy.Heal()
			x.blobs = r.blobs
			x.finish()
		})
	}
}

// TestServerStops stops the server in the middle of an append, and starts it again.
func TestServerStops(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(5, 24<<20), pawl.UnknownLength)
	x.mustSend(7 << 20)
	stop := readerFunc(func([]byte) (int, error) {
		r.server.Stop()
		return 0, io.EOF
	})
	rest := x.content[x.offset:]
	src := io.MultiReader(bytes.NewReader(rest[:9<<20]), stop, bytes.NewReader(rest[9<<20:]))
	wantKind(t, x.append(src, int64(len(rest))), pawl.Unavailable)
	if err := x.send(1 << 20); pawl.KindOf(err) != pawl.Unavailable {
		t.Errorf("while the server is away: %v", err)
	}
	r.server.Run()
	x.finish()
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestAborted is about a multipart upload that somebody else aborts.
func TestAborted(t *testing.T) {
	r := newRig(t)
	t.Run("in the middle", func(t *testing.T) {
		x := r.begin(noise(6, 17<<20), 17<<20)
		x.mustSend(6 << 20)
		r.abortUpload(t, x.id)
		wantKind(t, x.send(11<<20), pawl.Gone)
	})
	t.Run("a while ago", func(t *testing.T) {
		x := r.begin(noise(6, 17<<20), 17<<20)
		x.mustSend(6 << 20)
		x.close()
		r.abortUpload(t, x.id)
		r.age(t, x.id)
		wantKind(t, x.open(), pawl.Gone)
	})
	t.Run("at its end", func(t *testing.T) {
		x := r.begin(noise(6, 7<<20), 7<<20)
		x.mustSend(7 << 20)
		x.close()
		r.abortUpload(t, x.id)
		for range 2 {
			wantKind(t, r.blobs.Seal(t.Context(), x.id), pawl.Gone)
		}
	})
	t.Run("with a tail at its end", func(t *testing.T) {
		x := r.begin(noise(6, 7<<20), pawl.UnknownLength)
		x.mustSend(7 << 20)
		x.close()
		r.abortUpload(t, x.id)
		wantKind(t, r.blobs.Seal(t.Context(), x.id), pawl.Gone)
	})
	t.Run("a tail is deleted", func(t *testing.T) {
		x := r.begin(noise(6, 2<<20), pawl.UnknownLength)
		x.mustSend(2 << 20)
		x.close()
		r.deleteTails(t, x.id)
		wantKind(t, r.blobs.Seal(t.Context(), x.id), pawl.Gone)
	})
}

// age makes a manifest two days old.
func (r *rig) age(t *testing.T, id pawl.ID) {
	t.Helper()
	m, err := r.store.Manifest(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	m.UpdatedAt = time.Now().Add(-48 * time.Hour)
	if err := r.store.Update(t.Context(), func(tx pawl.Tx) error { return tx.SaveManifest(m) }); err != nil {
		t.Fatal(err)
	}
}

// TestCompletedUnknowingly is about an object that is there although nobody was told.
func TestCompletedUnknowingly(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(7, 7<<20), 7<<20)
	x.mustSend(7 << 20)
	x.close()
	r.proxy.Fail(s3test.Complete, -1, s3test.LostAnswer)
	r.proxy.Fail(s3test.HeadObject, -1, s3test.Status(500, "InternalError"))
	wantKind(t, r.blobs.Seal(t.Context(), x.id), pawl.Unavailable)
	r.proxy.Heal()
	r.age(t, x.id)
	if err := x.open(); err != nil || x.offset != 7<<20 {
		t.Errorf("offset %d, %v", x.offset, err)
	}
	x.close()
	r.wantListed(t, map[pawl.ID]int64{x.id: 7 << 20})
	x.finish()
	r.wantListed(t, map[pawl.ID]int64{x.id: 7 << 20})
}

// TestAnothersObject is about an object as large as the blob, which an instance has
// left that was replaced. It must not be taken for what a completion made.
func TestAnothersObject(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(8, 3<<20), 3<<20)
	stale := x.holder
	if err := x.open(); err != nil {
		t.Fatal(err)
	}
	r.proxy.Fail(s3test.PutObject, 1, func(w http.ResponseWriter, req *http.Request, pass http.Handler) {
		stale.replace()
		pass.ServeHTTP(w, req)
	})
	n, err := x.a.Append(t.Context(), bytes.NewReader(noise(9, 3<<20)), io.Discard)
	if n != 0 {
		t.Fatalf("a replaced instance has added %d", n)
	}
	wantKind(t, err, pawl.Locked)
	x.close()
	x.holder = new(holder)
	x.mustSend(3 << 20)
	x.close()
	r.proxy.Fail(s3test.Complete, -1, s3test.Status(500, "InternalError"))
	wantKind(t, r.blobs.Seal(t.Context(), x.id), pawl.Unavailable)
	r.proxy.Heal()
	x.finish()
}

// TestDownloadBreaks breaks answers off in their middle.
func TestDownloadBreaks(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(10, 9<<20), 9<<20)
	x.finish()
	gets := r.proxy.Calls(s3test.GetObject)
	r.proxy.Fail(s3test.GetObject, 3, s3test.BrokenAnswer)
	r.proxy.Fail(s3test.GetObject, 1, s3test.Status(503, "SlowDown"))
	x.wantWhole()
	if r.proxy.Calls(s3test.GetObject)-gets < 5 {
		t.Error("nothing was broken off")
	}
	in, err := r.blobs.Open(t.Context(), x.id)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	got := make([]byte, 1<<20)
	if _, err := io.ReadFull(in, got); err != nil {
		t.Fatal(err)
	}
	if err := r.blobs.Put(t.Context(), x.id, noise(11, 9<<20)); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(in)
	if err == nil || !bytes.Equal(append(got, rest...), x.content[:1<<20+len(rest)]) {
		t.Errorf("an object that was replaced meanwhile is mixed with what was there before: %v", err)
	}
}

func TestBucketMissing(t *testing.T) {
	r := newRig(t)
	missing := r.instance(func(c *settings) { c.bucket.Bucket = "no-such-bucket" })
	wantKind(t, missing.Put(t.Context(), pawl.NewID(time.Now()), []byte("small")), pawl.Unavailable)
	for _, size := range []int{1 << 20, 7 << 20} {
		x := r.begin(noise(12, size), int64(size))
		x.blobs = missing
		wantKind(t, x.send(size), pawl.Unavailable)
		x.blobs = r.blobs // it is made
		x.finish()
	}
}

// TestDatabaseFails has the database fail at each commit in turn.
func TestDatabaseFails(t *testing.T) {
	r := newRig(t)
	content := noise(13, 12<<20)
	for failing := range 6 {
		x := r.begin(content, int64(len(content)))
		a, err := r.blobs.Appender(t.Context(), x.id, failingAt(x.writing(), failing))
		if err != nil {
			t.Fatal(err)
		}
		x.a = a
		for _, n := range []int{6 << 20, 6 << 20} {
			if err = x.send(n); err != nil {
				break
			}
		}
		if err == nil && failing < 4 {
			t.Errorf("commit %d did not fail", failing)
		}
		x.close()
		x.finish()
	}
}

var errDatabase = errors.New("the database is away")

func failingAt(w pawl.Writing, n int) pawl.Writing {
	commit := w.Commit
	w.Commit = func(ctx context.Context, m pawl.Mark, remember func(tx pawl.Tx) error) error {
		if n--; n == -1 {
			return errDatabase
		}
		return commit(ctx, m, remember)
	}
	return w
}
