package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTextsIn(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"LICENSE": "a \r\n\r\n", "license.md": "\ufeffb\n", "LICENSE-3RD-PARTY.md": "c", "NOTICE.txt": "d", "COPYING": "e", "UNLICENSE": "f",
		"license.go": "no", "licenses.json": "no", "noticed.txt": "no", "README.md": "no",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "licenses"), 0o700); err != nil {
		t.Fatal(err)
	}
	got, err := textsIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if want := []string{"a", "b", "c", "d", "e", "f"}; !slices.Equal(got, want) {
		t.Errorf("texts %q, want %q", got, want)
	}
}

func TestOwnOnly(t *testing.T) {
	got := ownOnly([]string{"MIT", "# Vite core license\nMIT\n\n# Licenses of bundled dependencies\n## a\nISC"})
	if want := []string{"MIT", "# Vite core license\nMIT"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestWrite writes equal texts once, and the same whatever the order.
func TestWrite(t *testing.T) {
	all := []component{
		{name: "c 1", texts: []string{"MIT"}}, {name: "a 1", texts: []string{"BSD", "PATENTS"}},
		{name: "b 2", texts: []string{"MIT"}}, {name: "d 1", terms: "ISC"},
	}
	var got, reversed strings.Builder
	if err := write(&got, "own", all); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	if err := write(&reversed, "own", all); err != nil || reversed.String() != got.String() {
		t.Errorf("in another order: %v\n%s", err, reversed.String())
	}
	sections := strings.Split(got.String(), "\n"+ruler)
	want := []string{"Pawl\n\nown\n" + heading, "a 1\n\nBSD\n", "a 1\n\nPATENTS\n", "b 2\nc 1\n\nMIT\n",
		"d 1\n\n(No licence text comes with the package. The licence it names: ISC)\n"}
	if !slices.Equal(sections, want) {
		t.Errorf("wrote %q, want %q", sections, want)
	}
}
