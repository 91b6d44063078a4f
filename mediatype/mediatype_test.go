package mediatype

import (
	"slices"
	"testing"
)

func TestTypesContradict(t *testing.T) {
	for _, test := range []struct {
		declared, found string
		contradict      bool
	}{
		{"", "image/png", false},
		{"application/octet-stream", "image/png", false},
		{"image/png", "application/octet-stream", false},
		{"IMAGE/PNG; q=1", "image/png", false},
		{"image/jpg", "image/jpeg", false},
		{"text/csv", "text/plain; charset=utf-8", false},
		{"application/json", "text/plain", false},
		{"text/plain", "text/markdown", false},
		{"application/x-unheard-of", "application/zip", false},

		{"image/png", "image/jpeg", true},
		{"image/png", "text/plain", true},
		{"image/png", "application/x-msdownload", true},
		{"text/plain", "text/html", true},
		{"text/plain", "application/pdf", true},
		{"image/heic", "video/mp4", true},
	} {
		if Contradict(test.declared, test.found) != test.contradict {
			t.Errorf("declared %q, found %q: want contradiction %v", test.declared, test.found, test.contradict)
		}
	}
}

// TestTypesAreCanonical holds the tables to the names that content is found under.
func TestTypesAreCanonical(t *testing.T) {
	tables := map[string]map[string]string{"parents": parentTypes, "names": typesOfNames, "canonical": canonicalNames}
	for table, entries := range tables {
		for entry, value := range entries {
			if Canonical(value) != value {
				t.Errorf("%s: %s is not canonical", table, value)
			}
			if table == "parents" && Canonical(entry) != entry {
				t.Errorf("%s: %s is not canonical", table, entry)
			}
		}
	}
	for entry := range containerFormats {
		if Canonical(entry) != entry {
			t.Errorf("containers: %s is not canonical", entry)
		}
	}
	for _, list := range []map[string]bool{plainTexts, scripts, signatures} {
		for entry := range list {
			if Canonical(entry) != entry {
				t.Errorf("%s is not canonical", entry)
			}
		}
	}
}

func TestWiderTypes(t *testing.T) {
	for mediaType, want := range map[string][]string{
		"image/apng":               {"image/png"},
		"application/x-executable": {"application/x-elf"},
		"video/x-m4v":              {"video/mp4"},
		"image/heic":               nil,
		"image/svg+xml":            nil,
		"text/html":                nil,
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": nil,
	} {
		if got := Wider(mediaType); !slices.Equal(got, want) {
			t.Errorf("WiderTypes(%q) = %q, want %q", mediaType, got, want)
		}
	}
}

func TestStoredType(t *testing.T) {
	for _, test := range []struct {
		name, declared, found string
		size                  int64
		want                  string
	}{
		{"a.png", "image/png", "image/png", 9, "image/png"},
		{"a.png", "image/png", "", 9, Generic},
		{"README.md", "", "text/plain; charset=utf-8", 9, "text/markdown"},
		{"README", "text/x-markdown", "text/plain", 9, "text/markdown"},
		{"README.MD. ", "application/octet-stream", "text/plain", 9, "text/markdown"},
		{"a.csv", "application/vnd.ms-excel", "text/plain", 9, "text/csv"},
		{"a.csv", "text/plain", "text/plain", 9, "text/csv"},
		{"letter.txt", "text/plain", "text/csv", 9, "text/plain"},
		{"table", "text/plain", "text/csv", 9, "text/csv"},
		{"main.go", "", "text/plain", 9, "text/x-go"},
		{"a.log", "", "text/plain", 9, "text/plain"},
		{"a.yml", "", "text/plain", 9, "application/yaml"},
		{"a.py", "", "text/plain", 9, "text/x-python"},
		{"a", "application/x-sh", "text/plain", 9, "text/x-shellscript"},
		{"a.json", "text/plain", "application/json", 9, "application/json"},

		{"empty.txt", "", Generic, 0, "text/plain"},
		{"empty.md", "text/markdown", Generic, 0, "text/markdown"},
		{"empty", "text/plain", Generic, 0, "text/plain"},
		{"empty.png", "image/png", Generic, 0, Generic},
		{"empty", "", Generic, 0, Generic},

		// Nobody's word makes content into something that runs.
		{"a.html", "text/html", "text/plain", 9, "text/plain"},
		{"a.js", "text/javascript", "text/plain", 9, "text/plain"},
		{"a.css", "text/css", "text/plain", 9, "text/plain"},
		{"a.svg", "image/svg+xml", "text/plain", 9, "text/plain"},
		{"a.xml", "text/xml", "text/plain", 9, "text/plain"},
		{"empty.html", "text/html", Generic, 0, Generic},
		{"empty.js", "text/javascript", Generic, 0, Generic},
		{"a.md", "text/markdown", "text/html", 9, "text/html"},
		{"noise.txt", "text/plain", Generic, 9, Generic},

		{"a.webm", "audio/webm;codecs=opus", "video/webm", 9, "audio/webm"},
		{"a.weba", "", "video/webm", 9, "audio/webm"},
		{"a.m4a", "audio/x-m4a", "video/mp4", 9, "audio/mp4"},
		{"a.mp4", "video/mp4", "audio/mp4", 9, "video/mp4"},
		{"a.ogg", "", "application/ogg", 9, "audio/ogg"},
		{"a.mkv", "video/x-matroska", "video/webm", 9, "video/webm"},
		{"a.heic", "image/heic", "video/mp4", 9, "video/mp4"},
		{"a.webm", "audio/mp4", "video/webm", 9, "video/webm"},
	} {
		if got := Stored(test.found, test.declared, test.name, test.size == 0); got != test.want {
			t.Errorf("%s declared %q, found %q: stored as %q, want %q", test.name, test.declared, test.found, got, test.want)
		}
	}
}
