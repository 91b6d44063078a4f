// Package storagetest is the contract every storage of blobs passes.
package storagetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"pawl"
)

// ManifestStore is the database of a storage that has manifests.
type ManifestStore interface {
	Update(ctx context.Context, fn func(tx pawl.Tx) error) error
}

// storage is what is tested, and its database if it has one.
type storage struct {
	pawl.Blobs
	manifests ManifestStore
}

// writing is what the domain would give an appender: commits go to the database, unless
// the upload has been taken over.
func (s storage) writing(length int64, replaced func() bool) pawl.Writing {
	return pawl.Writing{
		Length: func() int64 { return length },
		Mark:   func() pawl.Mark { return pawl.Mark{} },
		Commit: func(ctx context.Context, _ pawl.Mark, remember func(tx pawl.Tx) error) error {
			if replaced() {
				return pawl.Errorf(pawl.Locked, "the upload is another instance's")
			}
			return s.manifests.Update(ctx, remember)
		},
	}
}

func never() bool { return false }

// Run puts the blobs that open makes through the contract. A storage without manifests
// opens with a nil ManifestStore.
func Run(t *testing.T, open func(t *testing.T) (pawl.Blobs, ManifestStore)) {
	for name, test := range map[string]func(*testing.T, storage){
		"a blob that was never written is empty and cannot be opened": neverWritten,
		"what is appended is read back":                               appendAndRead,
		"an appender opened later continues at the durable end":       reopen,
		"requests of any size add up":                                 anySizes,
		"a source that fails loses nothing it gave":                   sourceFails,
		"sync in the middle of an append does not wait for more":      syncMidway,
		"a slow source becomes durable by itself":                     slowSource,
		"small blobs are put whole":                                   put,
		"many blobs are put at once":                                  putMany,
		"many appenders write at once":                                appendMany,
		"readers do not disturb each other":                           manyReaders,
		"sealing is repeated without harm":                            sealAgain,
		"an appender that is dropped loses nothing durable":           dropped,
		"a replaced appender harms nothing":                           replaced,
		"blobs are joined, and joined again":                          join,
		"a join of what is not there fails":                           joinNothing,
		"a deleted blob is gone, and deleting it again is fine":       deleted,
		"a listing shows every blob once":                             listing,
		"the sizes of many blobs are those of each":                   sizes,
		"a sealed blob is opened with its size":                       openSealed,
		"there is room":                                               free,
	} {
		t.Run(name, func(t *testing.T) {
			blobs, manifests := open(t)
			test(t, storage{blobs, manifests})
		})
	}
}

func newID() pawl.ID { return pawl.NewID(time.Now()) }

// noise is n bytes that are the same for the same seed.
func noise(seed uint64, n int) []byte {
	p := make([]byte, n)
	source := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 1})
	_, _ = source.Read(p)
	return p
}

func neverWritten(t *testing.T, blobs storage) {
	id := newID()
	wantSize(t, blobs, id, 0)
	if _, err := blobs.Open(t.Context(), id); pawl.KindOf(err) != pawl.NotFound {
		t.Errorf("Open: %v, want kind not_found", err)
	}
	a := appender(t, blobs, id)
	if a.Offset() != 0 {
		t.Errorf("offset %d, want 0", a.Offset())
	}
	wantAppend(t, a, nil)
	wantSize(t, blobs, id, 0)
}

func appendAndRead(t *testing.T, blobs storage) {
	for _, size := range []int{1, 4095, 4096, 4097, 64 << 10, 1<<20 - 1, 1 << 20, 5<<20 + 17, 40<<20 + 3} {
		id, content := newID(), noise(uint64(size), size)
		wantAppend(t, appender(t, blobs, id), content)
		wantContent(t, blobs, id, content)
	}
}

func reopen(t *testing.T, blobs storage) {
	id, content := newID(), noise(1, 3<<20+100)
	first := appender(t, blobs, id)
	wantAppend(t, first, content[:2<<20+33])
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := appender(t, blobs, id)
	if second.Offset() != 2<<20+33 {
		t.Fatalf("offset %d after reopening, want %d", second.Offset(), 2<<20+33)
	}
	wantAppend(t, second, content[2<<20+33:])
	wantContent(t, blobs, id, content)
}

func anySizes(t *testing.T, blobs storage) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		id, content := newID(), noise(random.Uint64(), 1+random.IntN(6<<20))
		a := appender(t, blobs, id)
		for rest := content; len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(1<<random.IntN(23)))
			wantAppend(t, a, rest[:n])
			rest = rest[n:]
		}
		wantContent(t, blobs, id, content)
	}
}

func sourceFails(t *testing.T, blobs storage) {
	id, content, broken := newID(), noise(3, 2<<20+5), errors.New("the line went dead")
	a := appender(t, blobs, id)
	var tee bytes.Buffer
	n, err := a.Append(t.Context(), io.MultiReader(bytes.NewReader(content), failing{broken}), &tee)
	if !errors.Is(err, broken) || n != int64(len(content)) {
		t.Fatalf("Append = %d, %v; want %d and the source's error", n, err, len(content))
	}
	a.Drain()
	if !bytes.Equal(tee.Bytes(), content) {
		t.Error("tee did not get what the blob got")
	}
	wantContent(t, blobs, id, content)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func syncMidway(t *testing.T, blobs storage) {
	id, content := newID(), noise(4, 700_001)
	a := appender(t, blobs, id)
	src, client := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := a.Append(context.Background(), src, io.Discard)
		done <- err
	}()
	if _, err := client.Write(content); err != nil { // returns when all is read
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		offset, err := a.Sync(t.Context())
		return err == nil && offset == int64(len(content))
	})
	wantSize(t, blobs, id, int64(len(content)))
	_, _ = client.Write([]byte("more"))
	_ = client.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	wantContent(t, blobs, id, append(content, "more"...))
}

func slowSource(t *testing.T, blobs storage) {
	a := appender(t, blobs, newID())
	src, client := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = a.Append(context.Background(), src, io.Discard)
	}()
	_, _ = client.Write([]byte("a few bytes, and then nothing for a long time"))
	waitFor(t, func() bool { return a.Offset() > 0 })
	_ = client.Close()
	<-done
}

func put(t *testing.T, blobs storage) {
	for _, size := range []int{0, 1, 16 << 10, 256 << 10} {
		id, content := newID(), noise(uint64(size), size)
		if err := blobs.Put(t.Context(), id, content); err != nil {
			t.Fatal(err)
		}
		wantContent(t, blobs, id, content)
	}
	id := newID()
	for range 2 {
		if err := blobs.Put(t.Context(), id, nil); err != nil {
			t.Errorf("putting an empty blob again: %v", err)
		}
	}
}

func putMany(t *testing.T, blobs storage) {
	inParallel(64, func(i int) {
		id, content := newID(), noise(uint64(i), i*100)
		if err := blobs.Put(t.Context(), id, content); err != nil {
			t.Error(err)
			return
		}
		wantContent(t, blobs, id, content)
	})
}

func appendMany(t *testing.T, blobs storage) {
	inParallel(8, func(i int) {
		id, content := newID(), noise(uint64(i), 2<<20+i*4096+i)
		a, err := blobs.Appender(t.Context(), id, blobs.writing(pawl.UnknownLength, never))
		if err != nil {
			t.Error(err)
			return
		}
		defer a.Close()
		for rest := content; len(rest) > 0; {
			n := min(len(rest), 300_000)
			wantAppend(t, a, rest[:n])
			rest = rest[n:]
		}
		wantContent(t, blobs, id, content)
	})
}

func manyReaders(t *testing.T, blobs storage) {
	id, content := newID(), noise(9, 4<<20)
	wantAppend(t, appender(t, blobs, id), content)
	wantContent(t, blobs, id, content)
	inParallel(8, func(i int) {
		r, err := blobs.Open(t.Context(), id)
		if err != nil {
			t.Error(err)
			return
		}
		defer r.Close()
		from := int64(i) * (1<<20 - 7) / 2
		if _, err := r.Seek(from, io.SeekStart); err != nil {
			t.Error(err)
		}
		got := make([]byte, 500_000)
		if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, content[from:from+500_000]) {
			t.Errorf("reader %d: wrong bytes (%v)", i, err)
		}
	})
}

func sealAgain(t *testing.T, blobs storage) {
	for _, size := range []int{1, 4 << 20, 17<<20 + 1} {
		id, content := newID(), noise(uint64(size), size)
		wantAppend(t, appender(t, blobs, id), content)
		inParallel(3, func(int) {
			if err := blobs.Seal(t.Context(), id); err != nil && pawl.KindOf(err) != pawl.Conflict {
				t.Errorf("Seal: %v", err)
			}
		})
		wantContent(t, blobs, id, content)
		wantContent(t, blobs, id, content)
		a, err := blobs.Appender(t.Context(), id, blobs.writing(int64(size), never))
		if err != nil || a.Offset() != int64(size) {
			t.Errorf("the sealed blob is not at its end: %v", err)
		}
	}
}

// dropped leaves appenders where they are, as a killed instance does.
func dropped(t *testing.T, blobs storage) {
	id, content := newID(), noise(11, 30<<20)
	random := rand.New(rand.NewPCG(3, 4))
	for offset := 0; offset < len(content); {
		a, err := blobs.Appender(t.Context(), id, blobs.writing(int64(len(content)), never))
		if err != nil {
			t.Fatal(err)
		}
		if a.Offset() != int64(offset) {
			t.Fatalf("offset %d, want %d", a.Offset(), offset)
		}
		n := min(len(content)-offset, 1+random.IntN(7<<20))
		wantAppend(t, a, content[offset:offset+n])
		offset += n
	}
	wantContent(t, blobs, id, content)
}

// replaced has two appenders for one blob, of which the first cannot commit any more.
// A storage without manifests has one instance only, which is never replaced.
func replaced(t *testing.T, blobs storage) {
	if blobs.manifests == nil {
		t.Skip("one instance has this storage to itself")
	}
	id, content := newID(), noise(12, 40<<20)
	isReplaced := make(chan struct{})
	old, err := blobs.Appender(t.Context(), id, blobs.writing(int64(len(content)), func() bool {
		select {
		case <-isReplaced:
			return true
		default:
			return false
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	const first = 10<<20 + 3
	wantAppend(t, old, content[:first])
	close(isReplaced)
	next := appender(t, blobs, id)
	if next.Offset() != first {
		t.Fatalf("offset %d, want %d", next.Offset(), first)
	}
	var group sync.WaitGroup
	group.Go(func() {
		n, err := old.Append(context.Background(), bytes.NewReader(noise(99, 20<<20)), io.Discard)
		if n != 0 || pawl.KindOf(err) != pawl.Locked {
			t.Errorf("a replaced appender has added %d bytes, %v", n, err)
		}
		_ = old.Close()
	})
	wantAppend(t, next, content[first:])
	group.Wait()
	wantContent(t, blobs, id, content)
}

func join(t *testing.T, blobs storage) {
	for name, sizes := range map[string][]int{
		"small": {10, 0, 300_000, 1}, "large": {12 << 20, 6 << 20}, "mixed": {3, 12<<20 + 1, 1 << 20, 1 << 20, 7 << 20, 5}, "nothing": {0},
	} {
		var parts []pawl.ID
		var whole []byte
		for i, size := range sizes {
			id, content := newID(), noise(uint64(i*7+size), size)
			if size == 0 {
				if err := blobs.Put(t.Context(), id, nil); err != nil {
					t.Fatal(err)
				}
			} else {
				a := appender(t, blobs, id)
				wantAppend(t, a, content)
				if err := blobs.Seal(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
			parts, whole = append(parts, id), append(whole, content...)
		}
		id := newID()
		for range 2 {
			if err := blobs.Join(t.Context(), id, parts); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		for _, part := range parts {
			if err := blobs.Delete(t.Context(), part); err != nil {
				t.Fatal(err)
			}
		}
		wantContent(t, blobs, id, whole)
		if err := blobs.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		wantSize(t, blobs, id, 0)
	}
}

func joinNothing(t *testing.T, blobs storage) {
	err := blobs.Join(t.Context(), newID(), []pawl.ID{newID()})
	if pawl.KindOf(err) != pawl.NotFound {
		t.Errorf("Join: %v, want kind not_found", err)
	}
}

func deleted(t *testing.T, blobs storage) {
	id := newID()
	wantAppend(t, appender(t, blobs, id), []byte("short-lived"))
	for range 2 {
		if err := blobs.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	wantSize(t, blobs, id, 0)
	if _, err := blobs.Open(t.Context(), id); pawl.KindOf(err) != pawl.NotFound {
		t.Errorf("Open: %v, want kind not_found", err)
	}
}

func listing(t *testing.T, blobs storage) {
	want := make(map[pawl.ID]int64)
	for i := range 50 {
		id := pawl.NewID(time.Now().Add(-time.Duration(i) * time.Hour))
		if err := blobs.Put(t.Context(), id, noise(uint64(i), i)); err != nil {
			t.Fatal(err)
		}
		want[id] = int64(i)
	}
	for blob, err := range blobs.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		size, ok := want[blob.ID]
		if !ok || size != blob.Size {
			t.Errorf("listed %v, which is unknown, listed twice or of another size", blob)
		}
		delete(want, blob.ID)
	}
	if len(want) > 0 {
		t.Errorf("%d blobs were not listed", len(want))
	}
}

func sizes(t *testing.T, blobs storage) {
	want := make(map[pawl.ID]int64)
	ids := []pawl.ID{newID()} // never written
	for i := range 12 {
		id, n := newID(), 1+i*500_000
		wantAppend(t, appender(t, blobs, id), noise(uint64(i), n))
		if i%5 == 0 {
			if err := blobs.Seal(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		ids, want[id] = append(ids, id), int64(n)
	}
	have, err := blobs.Sizes(t.Context(), ids)
	if err != nil || len(have) != len(want) {
		t.Errorf("%d sizes, %v", len(have), err)
	}
	for id, size := range want {
		if have[id] != size {
			t.Errorf("a blob of %d bytes has %d", size, have[id])
		}
		wantSize(t, blobs, id, size)
	}
	if have, err := blobs.Sizes(t.Context(), nil); err != nil || len(have) > 0 {
		t.Errorf("no sizes: %v, %v", have, err)
	}
}

func openSealed(t *testing.T, blobs storage) {
	for _, size := range []int{0, 1, 100_000, 9<<20 + 1} {
		id, content := newID(), noise(uint64(size), size)
		if size <= 256<<10 {
			if err := blobs.Put(t.Context(), id, content); err != nil {
				t.Fatal(err)
			}
		} else {
			wantAppend(t, appender(t, blobs, id), content)
			if err := blobs.Seal(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		r, err := blobs.OpenSealed(t.Context(), id, int64(size))
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []int{0, size / 2, size} {
			if at, err := r.Seek(int64(from-size), io.SeekEnd); err != nil || at != int64(from) {
				t.Fatalf("Seek: %d, %v", at, err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content[from:]) {
				t.Errorf("from %d on, %d bytes came back of %d, %v", from, len(got), size, err)
			}
		}
		_ = r.Close()
	}
	r, err := blobs.OpenSealed(t.Context(), newID(), 10)
	if err == nil {
		_, err = r.Read(make([]byte, 10))
		_ = r.Close()
	}
	if pawl.KindOf(err) != pawl.NotFound {
		t.Errorf("a blob that is not there: %v, want kind not_found", err)
	}
}

func free(t *testing.T, blobs storage) {
	if n, err := blobs.Free(t.Context()); err != nil || n <= 0 {
		t.Errorf("Free = %d, %v", n, err)
	}
}

func appender(t *testing.T, blobs storage, id pawl.ID) pawl.Appender {
	t.Helper()
	a, err := blobs.Appender(t.Context(), id, blobs.writing(pawl.UnknownLength, never))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func wantAppend(t *testing.T, a pawl.Appender, content []byte) {
	t.Helper()
	before := a.Offset()
	var tee bytes.Buffer
	n, err := a.Append(context.Background(), bytes.NewReader(content), &tee)
	if err != nil || n != int64(len(content)) {
		t.Errorf("Append = %d, %v; want %d", n, err, len(content))
	}
	a.Drain()
	if !bytes.Equal(tee.Bytes(), content) {
		t.Error("tee did not get what was appended")
	}
	if a.Offset() != before+int64(len(content)) {
		t.Errorf("offset %d, want %d", a.Offset(), before+int64(len(content)))
	}
}

func wantContent(t *testing.T, blobs storage, id pawl.ID, content []byte) {
	t.Helper()
	if err := blobs.Seal(context.Background(), id); err != nil {
		t.Errorf("Seal: %v", err)
		return
	}
	r, err := blobs.Open(context.Background(), id)
	if err != nil {
		t.Error(err)
		return
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %d bytes (%v), which are not the %d written", len(got), err, len(content))
	}
	wantSize(t, blobs, id, int64(len(content)))
}

func wantSize(t *testing.T, blobs storage, id pawl.ID, want int64) {
	t.Helper()
	if size, err := blobs.Size(context.Background(), id); err != nil || size != want {
		t.Errorf("Size = %d, %v; want %d", size, err, want)
	}
}

func inParallel(n int, do func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { do(i) })
	}
	group.Wait()
}

// waitFor gives a condition time to come true; how much depends on the machine.
func waitFor(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatal("it did not happen")
}
