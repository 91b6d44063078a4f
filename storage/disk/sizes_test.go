package disk

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"pawl"
)

// countedSyncs counts the syncs of a file.
type countedSyncs struct {
	file
	n *int
}

func (f countedSyncs) Sync() error {
	*f.n++
	return f.file.Sync()
}

// restarted is what the next process finds of the blobs of b, and counts its syncs: of
// files, and of the whole file system.
func restarted(t *testing.T, b *Blobs) (next *Blobs, files, wholes *int) {
	t.Helper()
	next, err := Open(Config{Dir: filepath.Dir(b.dir), Log: slog.New(slog.DiscardHandler), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	files, wholes = new(int), new(int)
	open, syncFileSystem := next.open, next.syncFileSystem
	next.open = func(path string, flag int, direct bool) (file, error) {
		f, err := open(path, flag, direct)
		return countedSyncs{f, files}, err
	}
	next.syncFileSystem = func(dir *os.File) error {
		*wholes++
		return syncFileSystem(dir)
	}
	return next, files, wholes
}

// appended are blobs of n sizes.
func appended(t *testing.T, b *Blobs, n int) map[pawl.ID]int64 {
	t.Helper()
	sizes := make(map[pawl.ID]int64)
	for i := range n {
		id := pawl.NewID(time.Now())
		a, err := b.Appender(t.Context(), id, pawl.Writing{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Append(t.Context(), bytes.NewReader(make([]byte, 1000+i)), io.Discard); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		sizes[id] = int64(1000 + i)
	}
	return sizes
}

func wantSizes(t *testing.T, b *Blobs, want map[pawl.ID]int64) {
	t.Helper()
	ids := []pawl.ID{pawl.NewID(time.Now())} // never written
	for id := range want {
		ids = append(ids, id)
	}
	have, err := b.Sizes(t.Context(), ids)
	if err != nil || len(have) != len(want) {
		t.Fatalf("%d sizes, %v", len(have), err)
	}
	for id, size := range want {
		if have[id] != size {
			t.Errorf("a blob has %d bytes, want %d", have[id], size)
		}
	}
}

// TestManySizesAreOneSync asks for sizes that an earlier process may have left in the
// page cache.
func TestManySizesAreOneSync(t *testing.T) {
	if !syncsFileSystem {
		t.Skip("this system syncs file by file")
	}
	b := open(t)
	want := appended(t, b, 50)
	next, files, wholes := restarted(t, b)
	for range 2 { // the second time they are known
		wantSizes(t, next, want)
		if *files != 0 || *wholes != 1 {
			t.Errorf("%d files were synced, and the file system %d times", *files, *wholes)
		}
	}
	few := make(map[pawl.ID]int64)
	for id, size := range want {
		if len(few) < 3 {
			few[id] = size
		}
	}
	next, files, wholes = restarted(t, b)
	wantSizes(t, next, few)
	if *files != 3 || *wholes != 0 {
		t.Errorf("of a few, %d files were synced, and the file system %d times", *files, *wholes)
	}
}

// TestSizesThatCannotBeSynced are not told, then or later.
func TestSizesThatCannotBeSynced(t *testing.T) {
	if !syncsFileSystem {
		t.Skip("this system syncs file by file")
	}
	b := open(t)
	want := appended(t, b, 20)
	next, files, wholes := restarted(t, b)
	working := next.syncFileSystem
	next.syncFileSystem = func(*os.File) error { return syscall.EIO }
	var ids []pawl.ID
	for id := range want {
		ids = append(ids, id)
	}
	for range 2 {
		if sizes, err := next.Sizes(t.Context(), ids); err == nil {
			t.Errorf("%d sizes that are not durable", len(sizes))
		}
	}
	next.syncFileSystem = working
	wantSizes(t, next, want)
	if *files != 0 || *wholes != 1 {
		t.Errorf("%d files were synced, and the file system %d times", *files, *wholes)
	}
}

// TestSizeCacheForgetsTheOldest has more files than the cache has entries: those used
// last stay known.
func TestSizeCacheForgetsTheOldest(t *testing.T) {
	c := newSizeCache()
	first, last := pawl.NewID(time.Now()), pawl.ID("")
	c.set(first, 1)
	for range sizeCacheEntries {
		last = pawl.NewID(time.Now())
		c.set(last, 2)
		if !c.has(first, 1) {
			t.Fatal("what is used is forgotten")
		}
	}
	if !c.has(last, 2) || c.has(last, 3) {
		t.Error("the newest is not known")
	}
	if n := c.sizes.Len(); n != sizeCacheEntries {
		t.Errorf("%d entries", n)
	}
}
