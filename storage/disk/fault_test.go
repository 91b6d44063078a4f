package disk

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"pawl"
)

// faulty is a file whose calls fail when told to: what a real disk does only once
// it is too late to test.
type faulty struct {
	file
	writeLeft int // bytes until writes fail with writeErr; -1: never
	writeErr  error
	syncErr   error
}

func (f *faulty) take(n int) (int, error) {
	if f.writeLeft < 0 || n <= f.writeLeft {
		if f.writeLeft > 0 {
			f.writeLeft -= n
		}
		return n, nil
	}
	n, f.writeLeft = f.writeLeft, 0
	return n, f.writeErr
}

func (f *faulty) WriteAt(p []byte, offset int64) (int, error) {
	n, fault := f.take(len(p))
	if done, err := f.file.WriteAt(p[:n], offset); err != nil {
		return done, err
	}
	return n, fault
}

func (f *faulty) WriteBlocks(buffers [][]byte, offset int64) (int, error) {
	total := 0
	for _, p := range buffers {
		n, err := f.WriteAt(p, offset+int64(total))
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func (f *faulty) Sync() error {
	if f.syncErr != nil {
		err := f.syncErr
		f.syncErr = nil // as Linux does: the next one succeeds and means nothing
		return err
	}
	return f.file.Sync()
}

// withFault opens blobs whose files are as fault makes them.
func withFault(t *testing.T, fault *faulty) *Blobs {
	t.Helper()
	b := open(t)
	plain := b.open
	b.open = func(path string, flag int, direct bool) (file, error) {
		f, err := plain(path, flag, direct)
		if err != nil {
			return nil, err
		}
		fault.file = f
		return fault, nil
	}
	return b
}

func TestFullDiskKeepsWhatFits(t *testing.T) {
	for _, fits := range []int{0, 1, 4096, 100_000, 3<<20 + 5} {
		b := withFault(t, &faulty{writeLeft: fits, writeErr: &os.PathError{Op: "write", Path: "/secret", Err: syscall.ENOSPC}})
		if fits == 0 {
			b.open = func(string, int, bool) (file, error) { return nil, syscall.ENOSPC }
		}
		id, content := pawl.NewID(time.Now()), bytes.Repeat([]byte("pawl"), 2<<20)
		a, err := b.Appender(t.Context(), id, pawl.Writing{})
		if fits == 0 {
			if pawl.KindOf(err) != pawl.NoSpace {
				t.Errorf("Appender: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		n, err := a.Append(t.Context(), bytes.NewReader(content), io.Discard)
		if pawl.KindOf(err) != pawl.NoSpace || n != int64(fits) || a.Offset() != int64(fits) {
			t.Errorf("%d bytes fit: Append = %d, %v; offset %d", fits, n, err, a.Offset())
		}
		_ = a.Close()
		wantPrefix(t, b, id, content[:fits])
	}
}

func TestFailedSyncTakesNothingForGranted(t *testing.T) {
	fault := &faulty{writeLeft: -1}
	b := withFault(t, fault)
	id, content := pawl.NewID(time.Now()), bytes.Repeat([]byte("pawl"), 1<<20)
	a, err := b.Appender(t.Context(), id, pawl.Writing{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Append(t.Context(), bytes.NewReader(content[:1<<20+7]), io.Discard); err != nil {
		t.Fatal(err)
	}
	fault.syncErr = syscall.EIO
	n, err := a.Append(t.Context(), bytes.NewReader(content[1<<20+7:]), io.Discard)
	if err == nil || pawl.KindOf(err) == pawl.NoSpace || n != 0 {
		t.Errorf("Append = %d, %v after a failed sync", n, err)
	}
	_ = a.Close()
	wantPrefix(t, b, id, content[:1<<20+7])
}

func TestBlobsThatGetNoFileWaitInTheJournal(t *testing.T) {
	full := true
	b := open(t)
	plain := b.open
	b.open = func(path string, flag int, direct bool) (file, error) {
		if full {
			return nil, syscall.ENOSPC
		}
		return plain(path, flag, direct)
	}
	id, content := pawl.NewID(time.Now()), bytes.Repeat([]byte("x"), 1000)
	if err := b.Put(t.Context(), id, content); err != nil {
		t.Fatal(err)
	}
	wantReadable(t, b, id, content)
	for b.journal.isStuck() == nil {
		time.Sleep(time.Millisecond)
	}
	if err := b.Put(t.Context(), pawl.NewID(time.Now()), content); pawl.KindOf(err) != pawl.NoSpace {
		t.Errorf("another Put on a full disk: %v", err)
	}
	if err := b.Close(); err != nil { // does not wait for room
		t.Fatal(err)
	}
	again, err := Open(Config{Dir: filepath.Dir(b.dir), Log: b.log})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	wantReadable(t, again, id, content) // whether it has its file by now or not
	full = false
	if err := again.journal.flush(); err != nil {
		t.Fatal(err)
	}
	wantPrefix(t, again, id, content)
}

// wantReadable checks every way to read a blob.
func wantReadable(t *testing.T, b *Blobs, id pawl.ID, want []byte) {
	t.Helper()
	wantBytes(t, b, id, want)
	if size, err := b.Size(t.Context(), id); err != nil || size != int64(len(want)) {
		t.Errorf("Size = %d, %v", size, err)
	}
	a, err := b.Appender(t.Context(), id, pawl.Writing{})
	if err != nil || a.Offset() != int64(len(want)) {
		t.Fatalf("Appender: %v", err)
	}
	_ = a.Close()
	times := 0
	for blob, err := range b.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if blob.ID == id {
			times++
		}
	}
	if times != 1 {
		t.Errorf("the blob is listed %d times", times)
	}
}

// TestBlobInTheJournalIsAppendedTo has an upload continue whose bytes so far are in the
// journal alone.
func TestBlobInTheJournalIsAppendedTo(t *testing.T) {
	b := open(t)
	id := pawl.NewID(time.Now())
	b.journal.hold([]*entry{{id: id, content: []byte("one ")}})
	a, err := b.Appender(t.Context(), id, pawl.Writing{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Append(t.Context(), bytes.NewReader([]byte("two")), io.Discard); err != nil || a.Offset() != 7 {
		t.Fatalf("offset %d, %v", a.Offset(), err)
	}
	wantPrefix(t, b, id, []byte("one two"))
}

// TestReadyFollowsWrites has a disk fail, and work again: that is found out although
// nothing else is written meanwhile.
func TestReadyFollowsWrites(t *testing.T) {
	fault := &faulty{writeLeft: -1}
	b := withFault(t, fault)
	ready := func(want pawl.Kind) {
		t.Helper()
		if err := b.Ready(t.Context()); pawl.KindOf(err) != want {
			t.Fatalf("Ready: %v", err)
		}
	}
	a, err := b.Appender(t.Context(), pawl.NewID(time.Now()), pawl.Writing{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	ready("")
	for _, failure := range []error{syscall.ENOSPC, syscall.EMFILE} { // which are no faults of the disk
		fault.syncErr = failure
		_, _ = a.Append(t.Context(), bytes.NewReader([]byte("x")), io.Discard)
		ready("")
	}
	fault.syncErr = syscall.EIO
	if _, err := a.Append(t.Context(), bytes.NewReader([]byte("x")), io.Discard); err == nil {
		t.Fatal("a failed sync was not reported")
	}
	fault.syncErr = syscall.EIO
	ready(pawl.Internal)
	ready("")
	if _, err := os.Lstat(filepath.Join(b.dir, ".probe")); !os.IsNotExist(err) {
		t.Errorf("the probe was left: %v", err)
	}
}

// ordered notes what is written behind a block that is not safe yet.
type ordered struct {
	file
	t      *testing.T
	synced int64 // all below is durable
}

func (o *ordered) WriteAt(p []byte, offset int64) (int, error) {
	o.look(offset)
	return o.file.WriteAt(p, offset)
}

func (o *ordered) WriteBlocks(buffers [][]byte, offset int64) (int, error) {
	o.look(offset)
	return o.file.WriteBlocks(buffers, offset)
}

func (o *ordered) look(offset int64) {
	if o.synced%blockSize != 0 && offset >= alignUp(o.synced) {
		o.t.Errorf("%d was written while the block of %d was neither full nor durable", offset, o.synced)
	}
}

func (o *ordered) Sync() (err error) {
	if err = o.file.Sync(); err == nil {
		o.synced, err = o.Size()
	}
	return err
}

// TestNothingIsWrittenBehindAnUnsafeBlock guards what makes the size of a file
// its offset after a power cut.
func TestNothingIsWrittenBehindAnUnsafeBlock(t *testing.T) {
	b := open(t)
	plain := b.open
	b.open = func(path string, flag int, direct bool) (file, error) {
		f, err := plain(path, flag, direct)
		if err != nil {
			return nil, err
		}
		return &ordered{file: f, t: t}, nil
	}
	for _, direct := range []bool{b.direct, false} {
		b.direct = direct
		a, err := b.Appender(t.Context(), pawl.NewID(time.Now()), pawl.Writing{})
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{100, 5000, 1, 300_000, 3<<20 + 1, 70_000, 12 << 20} {
			if _, err := a.Append(t.Context(), bytes.NewReader(make([]byte, size)), io.Discard); err != nil {
				t.Fatal(err)
			}
		}
		_ = a.Close()
	}
}

// wantPrefix checks what another process would find.
func wantPrefix(t *testing.T, b *Blobs, id pawl.ID, want []byte) {
	t.Helper()
	got, err := os.ReadFile(b.path(id))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes on disk (%v), want %d", len(got), err, len(want))
	}
}
