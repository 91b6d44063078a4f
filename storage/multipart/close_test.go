package multipart_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"pawl"
	"pawl/internal/testbed/s3test"
)

// TestCloseWaits has tails being deleted, which nobody waits for but Close.
func TestCloseWaits(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(60, 9<<20), 9<<20)
	x.mustSend(1 << 20) // a tail
	seen, release := r.holdUp(t, s3test.Delete)
	x.mustSend(5 << 20) // a part in its place
	<-seen
	closed := make(chan error, 1)
	go func() { closed <- r.blobs.Close() }()
	select {
	case <-closed:
		t.Error("Close did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	release()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if have := r.inventory(t); have != (inventory{Uploads: 1, Objects: 1}) {
		t.Errorf("after Close there is %+v, want an upload and the tail behind its part", have)
	}
	_ = x.a.Close()
	x.a = nil
	x.blobs = r.instance()
	x.finish()
}

// TestNothingIsCommittedAfterClose has a call that takes longer than Close waits.
func TestNothingIsCommittedAfterClose(t *testing.T) {
	r := newRig(t)
	short := r.instance(func(c *settings) { c.engine.CloseTimeout = 50 * time.Millisecond })
	x := r.begin(noise(61, 7<<20), 7<<20)
	x.blobs = short
	if err := x.open(); err != nil {
		t.Fatal(err)
	}
	seen, release := r.holdUp(t, s3test.UploadPart)
	done := make(chan error, 1)
	go func() {
		_, err := x.a.Append(context.Background(), bytes.NewReader(x.content[:5<<20]), io.Discard)
		done <- err
	}()
	<-seen
	if err := short.Close(); err != nil {
		t.Fatal(err)
	}
	before := r.manifest(t, x.id)
	release()
	wantKind(t, <-done, pawl.Unavailable)
	_ = x.a.Close()
	x.a = nil
	wantKind(t, x.send(1<<20), pawl.Unavailable)
	if after := r.manifest(t, x.id); after.Size != 0 || !after.UpdatedAt.Equal(before.UpdatedAt) || after.Reserved != before.Reserved {
		t.Errorf("the manifest was %+v, and is %+v", before, after)
	}
	x.blobs = r.blobs
	x.finish()
}
