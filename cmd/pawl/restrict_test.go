package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestLaxModesAreCorrected starts a server on a data directory that everybody can read and
// write.
func TestLaxModesAreCorrected(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing there")
	}
	dir := t.TempDir()
	if err := start(t, "--data-dir="+dir).stop(); err != nil {
		t.Fatal(err)
	}
	modes := map[string]fs.FileMode{"pawl.db": 0o600, "pawl.lock": 0o600, "blobs": 0o700}
	for name, mode := range modes {
		if err := os.Chmod(filepath.Join(dir, name), mode|0o066); err != nil {
			t.Fatal(err)
		}
	}
	start(t, "--data-dir="+dir)
	for name, want := range modes {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
}

// TestLinksAreLeftAlone checks that the target of a symbolic link is not changed.
func TestLinksAreLeftAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links cannot be told from files when they are opened")
	}
	dir, target := t.TempDir(), filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(target, []byte("not Pawl's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(target, 0o644); err != nil { // whatever the umask
		t.Fatal(err)
	}
	link := filepath.Join(dir, lockName)
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if lock, err := lockDir(dir); err == nil {
		_ = lock.release()
		t.Error("a planted link was taken for the lock")
	}
	if err := restrictPath(link); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(target)
	if content, readErr := os.ReadFile(target); err != nil || readErr != nil || string(content) != "not Pawl's" || info.Mode().Perm() != 0o644 {
		t.Errorf("the target of the link has changed: %q, %v", content, info.Mode())
	}
}
