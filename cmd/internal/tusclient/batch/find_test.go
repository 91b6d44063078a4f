package batch

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// found runs Find and returns the relative paths of what it found, and what it printed.
func found(t *testing.T, paths ...string) (relative []string, printed string) {
	t.Helper()
	var err bytes.Buffer
	p := &Progress{Out: &err, Err: &err}
	for _, item := range Find(paths, p) {
		if item.Relative == "" {
			item.Relative = filepath.Base(item.Path)
		}
		relative = append(relative, item.Relative)
	}
	p.end()
	return relative, err.String()
}

func write(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFindSystemFiles checks that everything in a folder is found except files of the
// operating system.
func TestFindSystemFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	want := []string{".env", ".git/config", ".htaccess", "_a", "index.html", "sub/.gitignore", "thumbs.db.txt"}
	system := []string{".DS_Store", "._index.html", "sub/Thumbs.db", "sub/Desktop.ini", "__MACOSX/a", "$RECYCLE.BIN/S-1/b.txt", "Icon\r"}
	for _, name := range append(slices.Clone(want), system...) {
		write(t, filepath.Join(dir, name))
	}
	got, printed := found(t, dir)
	for i := range want {
		want[i] = "site/" + want[i]
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if printed != "skipped 7 files of the operating system, such as $RECYCLE.BIN\n" {
		t.Errorf("printed %q", printed)
	}
	// Files on the command line are never skipped.
	for _, name := range []string{".DS_Store", "__MACOSX"} {
		if got, _ := found(t, filepath.Join(dir, name)); len(got) != 1 {
			t.Errorf("%s was named, and %q found", name, got)
		}
	}
}

// TestFindUnreadable checks that files that cannot be read are reported and the others
// found. It uses too long paths, as permissions do not apply to root.
func TestFindUnreadable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep")
	write(t, filepath.Join(dir, "a.txt"), filepath.Join(dir, "z.txt"))
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	const levels = 25 // of 200 letters each: more than the 4,096 bytes a path can have
	for level := range levels {
		name := strings.Repeat(string(rune('a'+level)), 200)
		if err := root.Mkdir(name, 0o700); err != nil {
			t.Fatal(err)
		}
		below, err := root.OpenRoot(name)
		if err != nil {
			t.Fatal(err)
		}
		_ = root.Close()
		root = below
	}
	_ = root.Close()
	got, printed := found(t, dir)
	if want := []string{"deep/a.txt", "deep/z.txt"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if !strings.HasPrefix(printed, "pawl: "+dir+"/aaaa") || !strings.Contains(printed, ": file name too long\n") {
		t.Errorf("printed %q", printed)
	}
}

func TestFindLinks(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "real", "a.txt"))
	link := func(to, name string) {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	link("real", "linked")
	link("..", "real/up")
	link("a.txt", "real/b.txt")
	link("nowhere", "real/c.txt")
	got, printed := found(t, filepath.Join(dir, "linked"))
	if want := []string{"linked/a.txt", "linked/b.txt"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	for _, want := range []string{"c.txt: no such file or directory\n", "up: links to folders are not followed"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not in %q", want, printed)
		}
	}
	if _, printed := found(t, filepath.Join(dir, "nowhere")); printed != "pawl: "+dir+"/nowhere: no such file or directory\n" {
		t.Errorf("printed %q", printed)
	}
}
