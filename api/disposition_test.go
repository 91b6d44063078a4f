package api

import (
	"mime"
	"strings"
	"testing"
)

func TestDisposition(t *testing.T) {
	for name, want := range map[string]string{
		"a.png":                `inline; filename="a.png"`,
		"with space.txt":       `inline; filename="with space.txt"`,
		`quo"te\;.txt`:         `inline; filename="quo_te_;.txt"; filename*=UTF-8''quo%22te_%3B.txt`,
		"100%41.txt":           `inline; filename="100_41.txt"; filename*=UTF-8''100%2541.txt`,
		"naïve €.txt":          `inline; filename="na_ve _.txt"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt`,
		"a\r\nSet-Cookie: x=1": `inline; filename="a  Set-Cookie: x=1"`,
		"nul\x00.txt":          `inline; filename="nul.txt"`,
		"exe\u202egnp.exe":     `inline; filename="exegnp.exe"`,
		"../../etc/passwd":     `inline; filename=".._.._etc_passwd"`,
		"..":                   `inline; filename="download"`,
		"\u202e":               `inline; filename="download"`,
		"bad\xff.txt":          `inline; filename="bad_.txt"; filename*=UTF-8''bad%EF%BF%BD.txt`,
		"a.exe\u200b":          `inline; filename="a.exe"`,
		"می\u200cخو.mp4":       `inline; filename="_____.mp4"; filename*=UTF-8''%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88.mp4`,
		" . .. ":               `inline; filename="download"`,
		"日本.txt":               `inline; filename="__.txt"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.txt`,
	} {
		if got := disposition("inline", name); got != want {
			t.Errorf("%q:\n got %s\nwant %s", name, got, want)
		}
	}
}

func FuzzDisposition(f *testing.F) {
	f.Add("a\"b\r\nc")
	f.Fuzz(func(t *testing.T, name string) {
		value := disposition("attachment", name)
		kind, params, err := mime.ParseMediaType(value)
		if err != nil || kind != "attachment" || params["filename"] == "" || strings.ContainsAny(value, "\r\n\x00") {
			t.Errorf("%q: %q %v", name, value, err)
		}
		for i := range len(value) {
			if value[i] < ' ' || value[i] > '~' {
				t.Fatalf("%q: %q", name, value)
			}
		}
	})
}
