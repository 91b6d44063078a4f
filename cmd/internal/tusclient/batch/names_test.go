package batch

import "testing"

func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{
		"größe.txt":          "größe.txt",
		"caf\xe9.txt":        "caf\ufffd.txt",
		"Icon\r":             "Icon",
		"a\x00b\x1b\u0085.c": "ab.c",
		"photos/a\nb/c":      "photos/ab/c",
	} {
		if got := cleanName(name); got != want {
			t.Errorf("cleanName(%+q) = %+q, want %+q", name, got, want)
		}
	}
}

// TestFingerprintBytes tells files apart whose names differ in bytes that are no UTF-8.
func TestFingerprintBytes(t *testing.T) {
	e, a := fingerprint{Path: textOf("/caf\xe9")}, fingerprint{Path: textOf("/caf\xe8")}
	if e.file() == a.file() {
		t.Error("two files have one fingerprint")
	}
	if textOf("/café") != "/café" {
		t.Error("a path that is text has changed")
	}
}
