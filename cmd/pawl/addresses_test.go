package main

import (
	"slices"
	"testing"
)

func TestOrigins(t *testing.T) {
	for text, want := range map[string]string{ // empty: a fault
		"https://app.example.org":       "https://app.example.org",
		"https://App.Example.COM":       "https://app.example.com",
		"HTTPS://app.example.org":       "https://app.example.org",
		"https://b.example:443":         "https://b.example",
		"http://b.example:80":           "http://b.example",
		"http://b.example:443":          "http://b.example:443",
		"https://b.example:8443":        "https://b.example:8443",
		"https://m\u00fcller.example":   "https://xn--mller-kva.example",
		"https://mu\u0308ller.example":  "https://xn--mller-kva.example",
		"https://xn--mller-kva.example": "https://xn--mller-kva.example",
		"https://app.example.org/":      "https://app.example.org",
		"http://127.0.0.1:5173":         "http://127.0.0.1:5173",
		"http://[::1]:5173":             "http://[::1]:5173",
		"http://my_app:3000":            "http://my_app:3000",
		"capacitor://localhost":         "capacitor://localhost",

		"https://app.example.org/upload":      "",
		"https://app.example.org?x=1":         "",
		"https://app.example.org?":            "",
		"https://app.example.org#":            "",
		"https://ann:hunter2@app.example.org": "",
		"https://hunter2@app.example.org":     "",
		"app.example.org":                     "",
		"https://":                            "",
		"https://a b.example":                 "",
		"https://*.example.org":               "",
		"https://app.example.org:port":        "",
		"*":                                   "",
		"null":                                "",
	} {
		p := parser{settings: &settings{CORSOrigins: list{text}}}
		got := p.origins()
		if want != "" && (len(p.faults) > 0 || !slices.Equal(got, []string{want})) {
			t.Errorf("%s: %q, %v; want %q", text, got, p.faults, want)
		}
		if want == "" && (len(p.faults) != 1 || len(got) > 0) {
			t.Errorf("%s: %q, %v; want a fault", text, got, p.faults)
		}
	}
}

func TestHostNames(t *testing.T) {
	for text, want := range map[string]string{ // empty: a fault
		"files.example.org":      "files.example.org",
		"Files.Example.org":      "files.example.org",
		"m\u00fcller.example":    "xn--mller-kva.example",
		"pawl-1":                 "pawl-1",
		"pawl_1":                 "pawl_1",
		"10.0.0.7":               "10.0.0.7",
		"https://files.example":  "",
		"files.example.org:8080": "",
		"files.example.org/":     "",
		"*.example.org":          "",
		"a b":                    "",
		".":                      "",
	} {
		p := parser{settings: &settings{Hosts: list{text}}}
		got := p.hosts()
		if want != "" && (len(p.faults) > 0 || !slices.Equal(got, []string{want})) || want == "" && (len(p.faults) != 1 || len(got) > 0) {
			t.Errorf("%s: %q, %v; want %q", text, got, p.faults, want)
		}
	}
	p := parser{settings: &settings{Listen: "pawl.lan:8080"}}
	if got := p.hosts(); !slices.Equal(got, []string{"pawl.lan"}) {
		t.Errorf("listening on pawl.lan: %q", got)
	}
}

func TestPublicURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://files.example.org":       "https://files.example.org",
		"https://Files.example.org:443/":  "https://files.example.org",
		"http://m\u00fcller.example:8080": "http://xn--mller-kva.example:8080",
		"ftp://files.example.org":         "",
		"files.example.org":               "",
		"https://files.example.org/pawl":  "",
	} {
		p := parser{settings: &settings{PublicURL: text}}
		c := config{publicURL: p.publicURL()}
		if c.public() != want || (len(p.faults) > 0) != (want == "") {
			t.Errorf("%s: %q, %v; want %q", text, c.public(), p.faults, want)
		}
	}
}
