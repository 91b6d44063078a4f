package multipart_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"pawl"
	"pawl/internal/testbed/s3test"
)

// partials are sealed blobs of some sizes, and what they make together.
func (r *rig) partials(sizes ...int) (ids []pawl.ID, whole []byte) {
	for i, size := range sizes {
		x := r.begin(noise(uint64(50+i), size), int64(size))
		x.finish()
		ids, whole = append(ids, x.id), append(whole, x.content...)
	}
	return ids, whole
}

// TestJoinCopies has nothing large pass through here.
func TestJoinCopies(t *testing.T) {
	r := newRig(t)
	parts, whole := r.partials(6<<20, 7<<20+1, 5<<20, 3)
	up, down := r.proxy.Bytes()
	id := pawl.NewID(time.Now())
	for range 2 {
		if err := r.blobs.Join(t.Context(), id, parts); err != nil {
			t.Fatal(err)
		}
	}
	upNow, downNow := r.proxy.Bytes()
	if upNow-up > 64<<10 || downNow-down > 64<<10 {
		t.Errorf("%d bytes went up and %d down", upNow-up, downNow-down)
	}
	wantBlob(t, r.blobs, id, whole)
}

func TestJoinEqualParts(t *testing.T) {
	r := newRig(t)
	parts, whole := r.partials(6<<20, 7<<20+1, 100, 9<<20)
	equal := r.instance(func(c *settings) { c.bucket.EqualParts = true })
	id := pawl.NewID(time.Now())
	if err := equal.Join(t.Context(), id, parts); err != nil {
		t.Fatal(err)
	}
	wantBlob(t, r.blobs, id, whole)
}

// TestJoinInterrupted resumes from what was done, also when that was aborted.
func TestJoinInterrupted(t *testing.T) {
	r := newRig(t)
	parts, whole := r.partials(6<<20, 7<<20, 5<<20+3, 8<<20)
	for name, c := range map[string]struct {
		abort  bool
		copies int32 // to be made after the interruption
	}{"resumed": {false, 1}, "aborted": {true, 4}} {
		t.Run(name, func(t *testing.T) {
			r.proxy.Fail(s3test.CopyPart, -1, func(w http.ResponseWriter, req *http.Request, pass http.Handler) {
				if req.URL.Query().Get("partNumber") == "3" {
					waitFor(t, "the others are copied", func() bool { return r.copied(parts) })
					s3test.Status(500, "InternalError")(w, req, pass)
					return
				}
				pass.ServeHTTP(w, req)
			})
			id := pawl.NewID(time.Now())
			r.joining = id
			wantKind(t, r.blobs.Join(t.Context(), id, parts), pawl.Unavailable)
			r.proxy.Heal()
			if c.abort {
				r.abortUpload(t, id)
			}
			var copies atomic.Int32
			r.proxy.Fail(s3test.CopyPart, -1, func(w http.ResponseWriter, req *http.Request, pass http.Handler) {
				copies.Add(1)
				pass.ServeHTTP(w, req)
			})
			for range 2 {
				if err := r.blobs.Join(t.Context(), id, parts); err != nil {
					t.Fatal(err)
				}
			}
			r.proxy.Heal()
			if !c.abort && copies.Load() != c.copies || c.abort && copies.Load() < c.copies {
				t.Errorf("%d parts were copied, want %d", copies.Load(), c.copies)
			}
			wantBlob(t, r.blobs, id, whole)
		})
	}
}

// copied reports whether all parts but one are in the manifest of what is being joined.
func (r *rig) copied(parts []pawl.ID) bool {
	m, err := r.store.Manifest(r.t.Context(), r.joining)
	return err == nil && len(m.Parts) == len(parts)-1
}

// TestJoinFails has calls of a join fail for a moment, or until it is given up.
func TestJoinFails(t *testing.T) {
	r := newRig(t)
	parts, whole := r.partials(6<<20, 3, 7<<20, 100)
	for _, op := range []s3test.Op{s3test.Create, s3test.CopyPart, s3test.UploadPart, s3test.Complete} {
		for _, fault := range []s3test.Fault{s3test.Status(503, "SlowDown"), s3test.LostAnswer} {
			id := pawl.NewID(time.Now())
			r.proxy.Fail(op, -1, fault)
			err := r.blobs.Join(t.Context(), id, parts)
			r.proxy.Heal()
			if err != nil {
				wantKind(t, err, pawl.Unavailable)
				err = r.blobs.Join(t.Context(), id, parts)
			}
			if err != nil {
				t.Fatalf("%s: %v", op, err)
			}
			wantBlob(t, r.blobs, id, whole)
		}
	}
}
