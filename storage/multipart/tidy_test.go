package multipart_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"pawl"
)

// wantListed compares the listing.
func (r *rig) wantListed(t *testing.T, want map[pawl.ID]int64) {
	t.Helper()
	listed := make(map[pawl.ID]int64)
	for blob, err := range r.blobs.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := listed[blob.ID]; twice {
			t.Errorf("%s is listed twice", blob.ID)
		}
		listed[blob.ID] = blob.Size
	}
	for id, size := range want {
		if listed[id] != size {
			t.Errorf("%s is listed with %d bytes, want %d", id, listed[id], size)
		}
	}
	if len(listed) != len(want) {
		t.Errorf("%d blobs are listed, want %d", len(listed), len(want))
	}
}

// abandon leaves in the bucket what an instance does that dies between S3 and the
// database: its commit number n never comes.
func (r *rig) abandon(t *testing.T, size int, length int64, n int) pawl.ID {
	t.Helper()
	x := r.begin(noise(20, size), length)
	a, err := r.blobs.Appender(t.Context(), x.id, failingAt(x.writing(), n))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Append(t.Context(), bytes.NewReader(x.content), io.Discard); err == nil {
		t.Fatal("the commit did not fail")
	}
	return x.id
}

// TestTidy frees what no manifest names once it is old, and nothing else.
func TestTidy(t *testing.T) {
	r := newRig(t)
	live := r.begin(noise(21, 9<<20), pawl.UnknownLength)
	live.mustSend(6 << 20) // a part and a tail
	small := r.begin(noise(22, 2<<20), pawl.UnknownLength)
	small.mustSend(1 << 20) // a tail alone
	whole := r.begin(noise(23, 7<<20), 7<<20)
	whole.finish()
	alive := r.inventory(t)
	if alive != (inventory{Uploads: 1, Objects: 3}) {
		t.Fatalf("there is %+v", alive)
	}
	r.abandon(t, 5<<20, 9<<20, 0)                       // a multipart upload that no manifest names
	known := r.abandon(t, 6<<20, pawl.UnknownLength, 2) // a tail, of a blob that has a part
	everything := inventory{Uploads: 3, Objects: 4}
	if have := r.inventory(t); have != everything {
		t.Fatalf("there is %+v, want %+v", have, everything)
	}
	if err := r.blobs.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if have := r.inventory(t); have != everything {
		t.Errorf("young things were freed: %+v is left of %+v", have, everything)
	}
	later := r.instance(func(c *settings) { c.engine.AbandonedAfter = -time.Minute })
	for range 2 {
		if err := later.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if have, want := r.inventory(t), (inventory{Uploads: 2, Objects: 3}); have != want {
			t.Errorf("%+v is left, want %+v", have, want)
		}
	}
	r.wantListed(t, map[pawl.ID]int64{live.id: 6 << 20, small.id: 1 << 20, whole.id: 7 << 20, known: 5 << 20})
	live.finish()
	small.finish()
}

// TestDeleteFreesAll deletes blobs in every state.
func TestDeleteFreesAll(t *testing.T) {
	r := newRig(t)
	var ids []pawl.ID
	for _, length := range []int64{pawl.UnknownLength, 9 << 20} {
		for _, n := range []int{1 << 20, 6 << 20, 9 << 20} {
			x := r.begin(noise(24, 9<<20), length)
			x.mustSend(n)
			x.close()
			ids = append(ids, x.id)
		}
	}
	x := r.begin(noise(25, 6<<20), pawl.UnknownLength)
	x.finish()
	put := pawl.NewID(time.Now())
	if err := r.blobs.Put(t.Context(), put, []byte("small")); err != nil {
		t.Fatal(err)
	}
	for _, id := range append(ids, x.id, put, pawl.NewID(time.Now())) {
		if err := r.blobs.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if size, err := r.blobs.Size(t.Context(), id); size != 0 || err != nil {
			t.Errorf("Size after Delete: %d, %v", size, err)
		}
	}
	waitFor(t, "everything is freed", func() bool { return r.inventory(t) == inventory{} })
	r.wantListed(t, nil)
}
