package batch

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"pawl/cmd/internal/tusclient"
)

func TestBar(t *testing.T) {
	half := snapshot{files: 10, stored: 2, failed: 1, there: 512 << 20, total: 1 << 30, rate: 8 << 20}
	pipe := snapshot{files: 1, there: 3 << 20, unknown: true, rate: 1 << 20}
	for _, tt := range []struct {
		s     snapshot
		width int
		want  string
	}{
		{half, 100, "[################-----------------]  50%  512.0 MiB of 1.0 GiB  8.0 MiB/s  1m04s left  3 of 10 files"},
		{half, 30, "512.0 MiB of 1.0 GiB  8.0 MiB/"},
		{pipe, 80, "3.0 MiB  1.0 MiB/s"},
		{snapshot{}, 80, "0 B of 0 B"},
	} {
		if got := bar(tt.s, tt.width); got != tt.want {
			t.Errorf("bar in %d columns: %q, want %q", tt.width, got, tt.want)
		}
	}
}

func TestSpeed(t *testing.T) {
	var s speed
	began := time.Unix(1_000_000, 0)
	for i := range 20 {
		s.add(began.Add(time.Duration(i)*time.Second), 100)
	}
	if got := s.at(began.Add(19 * time.Second)); got != 100 {
		t.Errorf("%v bytes a second, want 100", got)
	}
	if got := s.at(began.Add(time.Minute)); got != 0 {
		t.Errorf("%v bytes a second a minute later, want 0", got)
	}
}

// TestMemory checks that state is loaded only for the same file, and removed.
func TestMemory(t *testing.T) {
	m := Memory{filepath.Join(t.TempDir(), "uploads")}
	f := fingerprint{Path: "/a", Size: 1, Modified: time.Unix(1, 0).UTC(), Server: "http://s/files/"}
	if err := m.save(f, tusclient.State{URL: "http://s/files/1"}); err != nil {
		t.Fatal(err)
	}
	if got := m.load(f); got.URL != "http://s/files/1" {
		t.Errorf("recalled %+v", got)
	}
	info, err := os.Stat(filepath.Join(m.Dir, f.file()))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read it: %v %v", info.Mode(), err)
	}
	changed := f
	changed.Size = 2
	if got := m.load(changed); got.URL != "" {
		t.Errorf("recalled %+v of a changed file", got)
	}
	m.Tidy(time.Now().Add(maxAge - time.Hour))
	if m.load(f).URL == "" {
		t.Error("forgotten too early")
	}
	m.Tidy(time.Now().Add(maxAge + time.Hour))
	if m.load(f).URL != "" {
		t.Error("not forgotten")
	}
}
