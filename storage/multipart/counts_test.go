package multipart_test

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"pawl"
	"pawl/internal/testbed/s3test"
	"pawl/storage/multipart"
)

// countingStore counts the questions about manifests.
type countingStore struct {
	multipart.ManifestStore
	manifests, sizes atomic.Int32
}

func (s *countingStore) Manifest(ctx context.Context, id pawl.ID) (pawl.Manifest, error) {
	s.manifests.Add(1)
	return s.ManifestStore.Manifest(ctx, id)
}

func (s *countingStore) ManifestSizes(ctx context.Context, ids []pawl.ID) (map[pawl.ID]int64, error) {
	s.sizes.Add(1)
	return s.ManifestStore.ManifestSizes(ctx, ids)
}

// counting is an instance that knows nothing yet, and whose questions are counted.
func (r *rig) counting() (*multipart.Blobs, *countingStore) {
	store := &countingStore{ManifestStore: r.store}
	return r.instance(func(c *settings) { c.engine.Manifests = store }), store
}

// want compares how often manifests, their sizes and the remote were asked, and counts
// from 0 again.
func (s *countingStore) want(t *testing.T, r *rig, manifests, sizes int32, calls int) {
	t.Helper()
	haveManifests, haveSizes, haveCalls := s.manifests.Swap(0), s.sizes.Swap(0), r.proxy.Calls()-r.counted
	if haveManifests != manifests || haveSizes != sizes || haveCalls != calls {
		t.Errorf("%d manifests were read, sizes %d times, and S3 was called %d times; want %d, %d and %d",
			haveManifests, haveSizes, haveCalls, manifests, sizes, calls)
	}
	r.counted = r.proxy.Calls()
}

func TestColdAppenderReadsOneManifest(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(70, 9<<20), 9<<20)
	x.mustSend(6 << 20)
	x.close()
	blobs, store := r.counting()
	r.counted = r.proxy.Calls()
	a, err := blobs.Appender(t.Context(), x.id, x.writing())
	if err != nil || a.Offset() != 6<<20 {
		t.Fatalf("offset %d, %v", a.Offset(), err)
	}
	store.want(t, r, 1, 0, 0)
	_ = a.Close()
}

func TestOpenSealedAsksNothing(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(71, 2<<20), 2<<20)
	x.finish()
	small := pawl.NewID(time.Now())
	if err := r.blobs.Put(t.Context(), small, x.content[:1000]); err != nil {
		t.Fatal(err)
	}
	blobs, store := r.counting()
	for id, content := range map[pawl.ID][]byte{x.id: x.content, small: x.content[:1000]} {
		r.counted = r.proxy.Calls()
		in, err := blobs.OpenSealed(t.Context(), id, int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		store.want(t, r, 0, 0, 0)
		if got, err := io.ReadAll(in); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		store.want(t, r, 0, 0, 1)
		_ = in.Close()
	}
	in, err := blobs.OpenSealed(t.Context(), pawl.NewID(time.Now()), 10)
	if err != nil {
		t.Fatal(err)
	}
	_, err = in.Read(make([]byte, 10))
	wantKind(t, err, pawl.NotFound)
}

func TestSizesAskOnce(t *testing.T) {
	r := newRig(t)
	want := make(map[pawl.ID]int64)
	var ids []pawl.ID
	for i, n := range []int{0, 1, 1 << 20, 6 << 20, 9 << 20} { // nothing, tails, a part, all
		x := r.begin(noise(uint64(72+i), 9<<20), 9<<20)
		if ids = append(ids, x.id); n > 0 {
			x.mustSend(n)
			want[x.id] = int64(n)
		}
		x.close()
	}
	if err := r.blobs.Seal(t.Context(), ids[len(ids)-1]); err != nil {
		t.Fatal(err)
	}
	blobs, store := r.counting()
	r.counted = r.proxy.Calls()
	sizes, err := blobs.Sizes(t.Context(), ids)
	if err != nil || len(sizes) != len(want) {
		t.Errorf("%v, %v", sizes, err)
	}
	for id, size := range want {
		if sizes[id] != size {
			t.Errorf("%s has %d bytes, want %d", id, sizes[id], size)
		}
	}
	store.want(t, r, 0, 1, 0)
}

// TestJoinReadsEachPartOnce makes the calls that the domain makes for a join.
func TestJoinReadsEachPartOnce(t *testing.T) {
	r := newRig(t)
	parts, whole := r.partials(6<<20, 7<<20, 5<<20+3, 8<<20)
	blobs, store := r.counting()
	r.counted = r.proxy.Calls()
	for _, part := range parts {
		if _, err := blobs.Size(t.Context(), part); err != nil {
			t.Fatal(err)
		}
		if err := blobs.Seal(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	store.want(t, r, int32(len(parts)), 0, 0)
	in, err := blobs.Open(t.Context(), parts[0])
	if err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	id := pawl.NewID(time.Now())
	if err := blobs.Join(t.Context(), id, parts); err != nil {
		t.Fatal(err)
	}
	if size, err := blobs.Size(t.Context(), id); err != nil || size != int64(len(whole)) {
		t.Errorf("Size: %d, %v", size, err)
	}
	store.want(t, r, 2, 0, 1+len(parts)+1) // its own, at the beginning and at the end
	if n := r.proxy.Calls(s3test.CopyPart); n != len(parts) {
		t.Errorf("%d parts were copied", n)
	}

	cold, store := r.counting()
	if err := cold.Join(t.Context(), pawl.NewID(time.Now()), parts); err != nil {
		t.Fatal(err)
	}
	store.want(t, r, 2, 1, 1+len(parts)+1)
}

// TestSealedIsForgottenWithItsBlob has a blob that is known to be sealed be deleted.
func TestSealedIsForgottenWithItsBlob(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(77, 2<<20), 2<<20)
	x.finish()
	if err := r.blobs.Delete(t.Context(), x.id); err != nil {
		t.Fatal(err)
	}
	if size, err := r.blobs.Size(t.Context(), x.id); size != 0 || err != nil {
		t.Errorf("Size: %d, %v", size, err)
	}
	wantKind(t, r.blobs.Seal(t.Context(), x.id), pawl.NotFound)
	_, err := r.blobs.Open(t.Context(), x.id)
	wantKind(t, err, pawl.NotFound)
}
