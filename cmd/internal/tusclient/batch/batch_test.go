package batch

import (
	"maps"
	"testing"
)

// TestMetadata checks that names are valid for any server.
func TestMetadata(t *testing.T) {
	r := &run{Config: Config{Metadata: map[string]string{"project": "apollo"}}}
	got := r.metadata(Item{Path: "music/caf\xe9\r.png", Relative: "music\x1b/caf\xe9\r.png"})
	want := map[string]string{"filename": "caf\ufffd .png", "relativePath": "music/caf\ufffd .png", "filetype": "image/png", "project": "apollo"}
	if !maps.Equal(got, want) {
		t.Errorf("metadata %+q, want %+q", got, want)
	}
}

// TestFingerprintBytes checks names that differ only in invalid UTF-8.
func TestFingerprintBytes(t *testing.T) {
	e, a := fingerprint{Path: textOf("/caf\xe9")}, fingerprint{Path: textOf("/caf\xe8")}
	if e.file() == a.file() {
		t.Error("two files have one fingerprint")
	}
	if textOf("/café") != "/café" {
		t.Error("a path that is text has changed")
	}
}
