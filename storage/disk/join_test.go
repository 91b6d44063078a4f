package disk

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pawl"
)

// stored puts content as a blob, through the journal or by an appender.
func stored(t *testing.T, b *Blobs, content []byte) pawl.ID {
	t.Helper()
	id := pawl.NewID(time.Now())
	if len(content) <= maxRecord {
		if err := b.Put(t.Context(), id, content); err != nil {
			t.Fatal(err)
		}
		return id
	}
	a, err := b.Appender(t.Context(), id, pawl.Writing{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Append(t.Context(), bytes.NewReader(content), io.Discard); err != nil {
		t.Fatal(err)
	}
	a.Drain()
	return id
}

func wantBytes(t *testing.T, b *Blobs, id pawl.ID, want []byte) {
	t.Helper()
	r, err := b.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("read %d bytes (%v), which are not the %d that were joined", len(got), err, len(want))
	}
	for _, from := range []int{0, 1, len(want) / 2, len(want) - 1, len(want)} {
		if _, err := r.Seek(int64(from), io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want[from:]) {
			t.Errorf("from %d on: %d bytes (%v)", from, len(got), err)
		}
	}
}

func someParts(t *testing.T, b *Blobs) (parts []pawl.ID, whole []byte) {
	t.Helper()
	for _, size := range []int{1, 300_000, 0, 4096, 5 << 20} {
		content := bytes.Repeat([]byte{byte(size>>3) + 1, 2, 3, byte(size)}, size/4+1)[:size]
		parts = append(parts, stored(t, b, content))
		whole = append(whole, content...)
	}
	return parts, whole
}

func TestJoinOutlivesItsParts(t *testing.T) {
	b := open(t)
	parts, whole := someParts(t, b)
	id := pawl.NewID(time.Now())
	for range 2 { // asked again, it is the same
		if err := b.Join(t.Context(), id, parts); err != nil {
			t.Fatal(err)
		}
	}
	wantBytes(t, b, id, whole)
	for _, part := range parts {
		if err := b.Delete(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	wantBytes(t, b, id, whole)
	var listed int
	for blob, err := range b.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if blob.ID != id || blob.Size != int64(len(whole)) {
			t.Errorf("listed: %+v", blob)
		}
		listed++
	}
	if listed != 1 {
		t.Errorf("%d blobs are listed, want the joined one", listed)
	}
	if a, err := b.Appender(t.Context(), id, pawl.Writing{}); err != nil || a.Offset() != int64(len(whole)) {
		t.Errorf("the joined blob is not at its end: %v", err)
	}
	if err := b.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if size, err := b.Size(t.Context(), id); size != 0 || err != nil {
		t.Errorf("after its deletion the blob has %d bytes, %v", size, err)
	}
}

func TestJoinCopiesNothing(t *testing.T) {
	b := open(t)
	parts, _ := someParts(t, b)
	id := pawl.NewID(time.Now())
	if err := b.Join(t.Context(), id, parts); err != nil {
		t.Fatal(err)
	}
	for n, part := range parts {
		own, err := os.Stat(b.path(part))
		if err != nil {
			t.Fatal(err)
		}
		linked, err := os.Stat(filepath.Join(b.path(id), partName(n)))
		if err != nil {
			t.Fatal(err)
		}
		if !os.SameFile(own, linked) {
			t.Errorf("part %d is a file of its own", n)
		}
	}
}

// TestJoinBegunBefore finds what a crash in the middle has left.
func TestJoinBegunBefore(t *testing.T) {
	b := open(t)
	parts, whole := someParts(t, b)
	id := pawl.NewID(time.Now())
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := b.Join(stopped, id, parts); pawl.KindOf(err) != pawl.Interrupted {
		t.Fatalf("a stopped join: %v", err)
	}
	if err := os.WriteFile(filepath.Join(b.path(id)+joining, partName(9)), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if size, err := b.Size(t.Context(), id); size != 0 || err != nil {
		t.Errorf("a join that has not come to its end has %d bytes, %v", size, err)
	}
	if err := b.Join(t.Context(), id, parts); err != nil {
		t.Fatal(err)
	}
	wantBytes(t, b, id, whole)
}

func TestJoinHalfMadeIsDeleted(t *testing.T) {
	b := open(t)
	parts, _ := someParts(t, b)
	id := pawl.NewID(time.Now())
	missing := append(parts[:len(parts):len(parts)], pawl.NewID(time.Now()))
	if err := b.Join(t.Context(), id, missing); pawl.KindOf(err) != pawl.NotFound {
		t.Fatalf("a join with a part that is not there: %v", err)
	}
	var seen bool
	for blob, err := range b.All(t.Context()) {
		seen = seen || err == nil && blob.ID == id
	}
	if !seen {
		t.Error("what is half made is in no list, so nobody would free it")
	}
	if err := b.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.path(id) + joining); !os.IsNotExist(err) {
		t.Errorf("it is there still: %v", err)
	}
}
