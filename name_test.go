package pawl

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{
		"a.txt":                           "a.txt",
		"Übung 東京.pdf":                    "Übung 東京.pdf",
		"gro\u0308ssen.md":                "gro\u0308ssen.md", // the form it came in
		"../../etc/passwd":                "../../etc/passwd",
		"..":                              "..",
		"":                                "",
		"holiday\u202egnp.exe":            "holidaygnp.exe",
		"\u2066a\u2069\u200f\u200e\u061c": "a",
		"a.exe\u200b":                     "a.exe",
		"\ufeffa\u00ad.txt":               "a.txt",
		"a\u2060\u034f\u3164b":            "ab",
		"می\u200cخواهم.mp4":               "می\u200cخواهم.mp4",
		"क्\u200dष.txt":                   "क्\u200dष.txt",
		"👩\u200d👩\u200d👧.png":             "👩\u200d👩\u200d👧.png",
		"\u200da.txt\u200c":               "a.txt",
		"❤\ufe0f.txt":                     "❤\ufe0f.txt",
		"a ❤\ufe0f":                       "a ❤\ufe0f",
		"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F.svg": "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F.svg",
		"a\U000E0067.svg":             "a.svg",
		"🏴\u200b\U000E0067\U000E007F": "🏴\U000E0067\U000E007F",
		"\u0600123":                   "\u0600123", // a sign with a shape of its own
		"caf\xe9.txt":                 "caf\uFFFD.txt",
		"\xff\xfe":                    "\uFFFD",
		"Icon\r":                      "Icon",
		"a\r\nb":                      "a  b",
		"tab\there":                   "tab here",
		"nul\x00\x1b[31m\x7f\u0085x":  "nul[31m x",
		"a\u2028b":                    "a b",
		"  a b  ":                     "a b",
		"\u00a0\u3000a\u2800":         "a",
		" ":                           "",
		"\t\r\n":                      "",
		"\u200d":                      "",
		"\u3164\u2800\ufe0f":          "",
		"\x00":                        "",
	} {
		if got := CleanName(name); got != want {
			t.Errorf("CleanName(%+q) = %+q, want %+q", name, got, want)
		}
	}
	if got := NameOrUnnamed(" \u202e "); got != Unnamed {
		t.Errorf("a name without visible characters is %+q", got)
	}
	if got := CleanPath("site\u202e/Icon\r/../a\xff"); got != "site/Icon/../a\uFFFD" {
		t.Errorf("a path is cleaned to %+q", got)
	}
}

func FuzzCleanName(f *testing.F) {
	for _, seed := range []string{"a\u202eb", "\xff\u200d", "🏴\u200b\U000E0067", " \u3164 ", "\u1160\u0301", "ﬃ\u0345İß"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		cleaned := CleanName(name)
		if again := CleanName(cleaned); again != cleaned {
			t.Errorf("%+q becomes %+q, and then %+q", name, cleaned, again)
		}
		if !utf8.ValidString(cleaned) || !IsText(cleaned) || strings.ContainsAny(cleaned, "\n\r\t\u2028\u2029\u202e\ufeff\u200b") {
			t.Errorf("%+q becomes %+q", name, cleaned)
		}
		if key := SortKey(cleaned); len(key) > MaxNameBytes || !utf8.ValidString(key) {
			t.Errorf("%+q is sorted by %d bytes", name, len(key))
		}
		if folded := FoldName(cleaned); FoldName(folded) != folded {
			t.Errorf("%+q folds to %+q, and that to %+q", cleaned, folded, FoldName(folded))
		}
	})
}

func TestCheckName(t *testing.T) {
	for name, fine := range map[string]bool{
		"a": true, "..": true, strings.Repeat("x", MaxNameBytes): true, strings.Repeat("é", MaxNameBytes/2): true,
		"": false, strings.Repeat("x", MaxNameBytes+1): false, strings.Repeat("é", MaxNameBytes/2+1): false,
	} {
		if got := CheckName(name) == nil; got != fine {
			t.Errorf("CheckName(%.20q) passes: %v", name, got)
		}
	}
}

func TestFoldName(t *testing.T) {
	for _, same := range [][]string{
		{"größen.md", "gro\u0308ßen.md", "GRÖSSEN.MD", "grossen.md", "gro\u200bssen.md"},
		{"한글.txt", "\u1112\u1161\u11ab\u1100\u1173\u11af.TXT"},
		{"Việt Nam", "viet nam", "Vie\u0323\u0302t Nam"},
		{"İstanbul", "istanbul", "ISTANBUL"},
		{"ΣΊΣΥΦΟΣ", "σίσυφος", "σισυφοσ"},
		{"ﬃ", "FFI"},
		{"می\u200cخواهم", "میخواهم"},
	} {
		for _, name := range same[1:] {
			if FoldName(name) != FoldName(same[0]) {
				t.Errorf("%+q folds to %+q, %+q to %+q", same[0], FoldName(same[0]), name, FoldName(name))
			}
		}
	}
	if FoldName("ガ") == FoldName("カ") { // two letters, not one with an accent
		t.Error("FoldName drops the voicing marks of kana")
	}
}

func TestSearch(t *testing.T) {
	if got := SearchWords("  Große\u3000Reise\tgrosse "); !slices.Equal(got, []string{"grosse", "reise"}) {
		t.Errorf("words: %q", got)
	}
	if got := SearchWords(" \u200b "); len(got) != 0 {
		t.Errorf("words of blanks: %q", got)
	}
	for _, test := range []struct{ name, path, want string }{
		{"A.txt", "", "a.txt\n"}, {"A.txt", "Site/a.txt", "\nsite/a.txt"}, {"B.txt", "Site/a.txt", "b.txt\nsite/a.txt"},
		{"\u0301", "", "\n"},
	} {
		if got := SearchKey(test.name, test.path); got != test.want {
			t.Errorf("SearchKey(%q, %q) = %q", test.name, test.path, got)
		}
	}
	deep := strings.Repeat("日/", 600) + "a.txt"
	if key := SearchKey("a.txt", deep); !strings.HasPrefix(key, "a.txt\n日/") || len(key) > maxSearchKey || !utf8.ValidString(key) {
		t.Errorf("the key of a deep path has %d bytes", len(key))
	}
	long := strings.Repeat("\U0001D160", MaxNameBytes/4) // each folds to three characters of 4 bytes
	if key := SortKey(long); len(key) != MaxNameBytes || !strings.HasPrefix(FoldName(long), key) {
		t.Errorf("the key of a long name has %d bytes", len(key))
	}
}
