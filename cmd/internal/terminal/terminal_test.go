package terminal

import (
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSafe(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"photos/a b.txt":               "photos/a b.txt",
		"größe 猫 😀":                    "größe 猫 😀",
		"می\u200cخواهم":                "می\u200cخواهم",
		`C:\new`:                       `C:\new`,
		"\x1b]0;title\x07\x1b[2J":      `\u001b]0;title\u0007\u001b[2J`,
		"a\r\nstored b":                `a\u000d\u000astored b`,
		"\u009b2J\x7f\x00\t":           `\u009b2J\u007f\u0000\u0009`,
		"photo\u202egpj.exe":           `photo\u202egpj.exe`,
		"a\u2066b\u200fc\ufeffd\u2028": `a\u2066b\u200fc\ufeffd\u2028`,
		"\U000e0041":                   `\udb40\udc41`,
		"caf\xe9.txt":                  `caf\xe9.txt`,
		"caf\ufffd.txt":                "caf\ufffd.txt",
		"\xc2\x9b \xe2\x80":            `\u009b \xe2\x80`,
	} {
		if got := Safe(text); got != want {
			t.Errorf("Safe(%+q) = %q, want %q", text, got, want)
		}
	}
	if got := SafeLines("one\x07\n\n  two\r\n"); got != "one\\u0007\n\n  two\\u000d\n" {
		t.Errorf("SafeLines = %q", got)
	}
}

// FuzzSafe checks that the result has no control characters and that JSON stays
// equivalent.
func FuzzSafe(f *testing.F) {
	f.Add("\x1b[2J\u009b\u202e\xff\u2028<&\U000e0041\"\\")
	f.Fuzz(func(t *testing.T, text string) {
		got := Safe(text)
		if !utf8.ValidString(got) {
			t.Errorf("Safe(%+q) = %+q is no UTF-8", text, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("Safe(%+q) holds %U", text, r)
			}
		}
		document, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var before, after string
		if err := json.Unmarshal(document, &before); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(Safe(string(document))), &after); err != nil || after != before {
			t.Errorf("as JSON %+q became %+q: %v", before, after, err)
		}
	})
}
