package disk

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"pawl"
)

const fewDescriptors = "PAWL_TEST_FEW_DESCRIPTORS"

// TestIdleUploadsMakeRoom keeps more uploads open than the process may have files.
func TestIdleUploadsMakeRoom(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no limit to lower")
	}
	if os.Getenv(fewDescriptors) != "" {
		keepManyOpen(t)
		return
	}
	command := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -n 64 && exec "$0" -test.run='^TestIdleUploadsMakeRoom$' -test.v`, os.Args[0])
	command.Env = append(os.Environ(), fewDescriptors+"=1")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func keepManyOpen(t *testing.T) {
	b := open(t)
	if b.files.most > 16 {
		t.Errorf("%d files of idle uploads would be kept open", b.files.most)
	}
	appendInTurns(t, b)
	b.files.most = 1000 // so that it is the system that says no
	appendInTurns(t, b)
}

// appendInTurns appends to uploads that all stay open, to each one after the others, and
// opens what they hold and small blobs besides.
func appendInTurns(t *testing.T, b *Blobs) {
	t.Helper()
	ids, appenders := make([]pawl.ID, 70), make([]pawl.Appender, 70)
	for i := range ids {
		ids[i] = pawl.NewID(time.Now())
		var err error
		if appenders[i], err = b.Appender(t.Context(), ids[i], pawl.Writing{}); err != nil {
			t.Fatalf("upload %d: %v", i, err)
		}
		defer appenders[i].Close()
	}
	want := make([][]byte, len(ids))
	for round := range 3 {
		for i, a := range appenders {
			chunk := bytes.Repeat(fmt.Append(nil, round, i), 40_000)
			if _, err := a.Append(context.Background(), bytes.NewReader(chunk), io.Discard); err != nil {
				t.Fatalf("round %d, upload %d: %v", round, i, err)
			}
			want[i] = append(want[i], chunk...)
		}
		small := stored(t, b, []byte("small"))
		wantBytes(t, b, small, []byte("small"))
	}
	for i, id := range ids {
		wantBytes(t, b, id, want[i])
	}
	joined := pawl.NewID(time.Now())
	for _, a := range appenders {
		a.Drain()
	}
	if err := b.Join(t.Context(), joined, ids[:20]); err != nil {
		t.Fatal(err)
	}
	wantBytes(t, b, joined, bytes.Join(want[:20], nil))
}

// TestPlantedLinksAreNotFollowed has links where files of Blobs belong: what they point
// to stays as it is.
func TestPlantedLinksAreNotFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links cannot be told from files when they are opened")
	}
	secret := bytes.Repeat([]byte("not Pawl's. "), 1000)
	target := filepath.Join(t.TempDir(), "target")
	plant := func(link string) {
		t.Helper()
		if err := os.WriteFile(target, secret, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = os.Remove(link)
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	unchanged := func() {
		t.Helper()
		if got, err := os.ReadFile(target); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("the target of a link has changed: %d bytes, %v", len(got), err)
		}
	}
	for _, name := range []string{".direct", "journal-a", "journal-b"} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "blobs"), 0o700); err != nil {
			t.Fatal(err)
		}
		plant(filepath.Join(dir, "blobs", name))
		b, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			_ = stored(t, b, []byte("small"))
			_ = b.Close()
		}
		if refused := err != nil; refused != (name != ".direct") {
			t.Errorf("%s: %v", name, err)
		}
		unchanged()
	}
	b := open(t)
	id := stored(t, b, make([]byte, maxRecord+1))
	plant(b.path(id))
	if r, err := b.Open(t.Context(), id); err == nil {
		_ = r.Close()
		t.Error("a planted link was read")
	}
	if a, err := b.Appender(t.Context(), id, pawl.Writing{}); err == nil {
		_ = a.Close()
		t.Error("a planted link was opened for writing")
	}
	if err := b.Join(t.Context(), pawl.NewID(time.Now()), []pawl.ID{id}); err == nil {
		t.Error("a planted link was joined")
	}
	unchanged()
}

// TestBlobsElsewhere has the folder of the blobs be a link: an operator may keep them on
// another disk.
func TestBlobsElsewhere(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "blobs")); err != nil {
		t.Skip(err)
	}
	b, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	id := stored(t, b, []byte("elsewhere"))
	wantReadable(t, b, id, []byte("elsewhere"))
}
