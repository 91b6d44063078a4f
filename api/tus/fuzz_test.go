package tus

import (
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pawl"
	"pawl/uploads"
)

// The readers here are other ones than the server's: slow, and strict to the
// letter of the text. Whatever the server accepts has to mean the same to them.

// fieldValue passes what can be in a header at all (RFC 9110 section 5.5); the
// rest never gets past net/http.
func fieldValue(t *testing.T, value string) string {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			t.Skip("no field value")
		}
	}
	return strings.Trim(value, " \t")
}

var (
	idPattern       = regexp.MustCompile(`^[0-9a-v]{36}$`)
	canonicalConcat = regexp.MustCompile(`^final;(/files/[0-9a-v]{36} )+$`)
	checksumPattern = regexp.MustCompile(`^([a-z0-9]+) ([A-Za-z0-9+/]+={0,2})$`)
	digits          = regexp.MustCompile(`^[0-9]+$`)
	printable       = regexp.MustCompile(`^[ -~]+$`)
	reprDigest      = regexp.MustCompile(`^sha-256(?:=:(.*):)?$`)
	metadataPair    = regexp.MustCompile(`^([!-+\--~]+)(?: ([A-Za-z0-9+/]*={0,2}))?$`)
)

const someID = "0123456789abcdefghijklmnopqrstuv0123"

func FuzzUploadMetadata(f *testing.F) {
	for _, seed := range []string{
		"", "filename d29ybGQ=", "filename d29ybGQ=,is_confidential", "a ,b", "a,a", ",", "a YQ", "a YR==", "a  YQ==", "a YQ== YQ==", "a\tYQ==",
		"filetype dGV4dC9wbGFpbg==,type eA==,name eA==", "relativePath bnVsbA==", "ключ YQ==", "a\u00a0YQ==", "\u0085a", "a gIA=", "a AA==",
		"sha256 " + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("0", 64))), "filename " + base64.StdEncoding.EncodeToString([]byte("a\r\nX: 1")),
		"a " + base64.StdEncoding.EncodeToString(make([]byte, 6<<10)), strings.Repeat("k,", 4096), strings.Repeat("k", 8192),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		raw = fieldValue(t, raw)
		spec, err := parseMetadata(http.Header{"Upload-Metadata": {raw}})
		want, ok := strictMetadata(raw)
		if err != nil {
			if ok && pawl.CheckMetadata(asTexts(want)) == nil && len(raw) <= 8<<10 {
				t.Fatalf("%q is refused: %v", raw, err)
			}
			return
		}
		if !ok || len(raw) > 8<<10 {
			t.Fatalf("%q is accepted as %q", raw, spec.Metadata)
		}
		if spec.RawMetadata != raw {
			t.Errorf("%q would be told as %q", raw, spec.RawMetadata)
		}
		wantSpec(t, spec, want)
	})
}

// strictMetadata reads Upload-Metadata by its grammar: keys are printable ASCII
// without space and comma, values are canonical Base64.
func strictMetadata(raw string) (map[string]string, bool) {
	pairs := make(map[string]string)
	if raw == "" {
		return pairs, true
	}
	for _, item := range strings.Split(raw, ",") {
		m := metadataPair.FindStringSubmatch(strings.Trim(item, " \t"))
		if m == nil {
			return nil, false
		}
		value, err := base64.StdEncoding.DecodeString(m[2])
		_, twice := pairs[m[1]]
		if err != nil || twice || base64.StdEncoding.EncodeToString(value) != m[2] {
			return nil, false
		}
		pairs[m[1]] = string(value)
	}
	return pairs, true
}

// asTexts is what is kept of values, if all are metadata.
func asTexts(pairs map[string]string) map[string]string {
	texts := make(map[string]string)
	for key, value := range pairs {
		texts[key] = keptValue(key, value)
	}
	return texts
}

func keptValue(key, value string) string {
	if key == "relativePath" {
		return pawl.CleanPath(value)
	}
	if pawl.IsText(value) {
		return value
	}
	return "data:;base64," + base64.StdEncoding.EncodeToString([]byte(value))
}

// wantSpec checks that every pair is in the upload's name, type or metadata.
func wantSpec(t *testing.T, spec uploads.Spec, pairs map[string]string) {
	t.Helper()
	first := func(keys ...string) string {
		for _, key := range keys {
			if pairs[key] != "" {
				return pairs[key]
			}
		}
		return ""
	}
	if spec.Name != first("filename", "name") {
		t.Errorf("the name is %q", spec.Name)
	}
	if declared := first("filetype", "type"); spec.DeclaredType != "" && !strings.Contains(declared, "/") || strings.ContainsAny(spec.DeclaredType, "\r\n\x00") {
		t.Errorf("the type is %q, declared %q", spec.DeclaredType, declared)
	}
	for key, value := range pairs {
		kept, ok := spec.Metadata[key]
		of := map[string]string{"name": "filename", "type": "filetype"}[key]
		standsIn := of != "" && (pairs[of] == "" || pairs[of] == value)
		known := key == "filename" || key == "filetype" || standsIn || key == "relativePath" && value == "null"
		if ok == known || ok && kept != keptValue(key, value) {
			t.Errorf("%q is %q in the metadata, want %q", key, kept, keptValue(key, value))
		}
	}
	if len(spec.Metadata) > len(pairs) {
		t.Errorf("the metadata %q has more than %q", spec.Metadata, pairs)
	}
}

func FuzzUploadConcat(f *testing.F) {
	for _, seed := range []string{
		"partial", "final;", "final;/files/" + someID, "final;https://a.example:8080/x/files/" + someID + "  /files/" + someID,
		"final;/files/../files/" + someID, "final;/files/" + someID + "/", "final;" + someID, "final;//evil/files/" + someID, "final;files/" + someID,
		"final;/files/" + someID + "?x=1", "final;/files/" + someID + "#x", "final;/files%2f" + someID, "final;?/files/" + someID, "final;/files/" + someID + "\u00a0x",
		"final;/files/" + someID + "?token=s  /files/" + someID + "?token=s&x#y", "final;/files/" + someID + "?x=1&to%6ben=s",
		"final;mailto:/files/" + someID, "FINAL;/files/" + someID, " partial", "partial;", "final;%", "final;/files/" + someID + "\t/files/" + someID,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		raw = fieldValue(t, raw)
		h, x := http.Header{"Upload-Concat": {raw}}, &exchange{}
		if err := x.checkConcat(h); err != nil {
			if raw == "partial" {
				t.Errorf("partial is refused: %v", err)
			}
			return
		}
		list, final := strings.CutPrefix(raw, "final;")
		if !final {
			if raw != "partial" || x.spec.Kind != pawl.Partial || x.spec.Parts != nil {
				t.Errorf("%q is accepted as %v", raw, x.spec)
			}
			return
		}
		verbatim := x.concat == raw || strings.Contains(raw, "?") && !strings.Contains(x.concat, "token=s")
		if x.spec.Kind != pawl.Final || !verbatim || x.spec.RawConcat != x.concat {
			t.Errorf("%q is accepted as %v", raw, x.spec)
		}
		wantParts(t, list, x.spec.Parts)
		wantCanonical(t, h.Get("Upload-Concat"), x.spec.Parts)
	})
}

// wantParts checks ids against the list they were read from, one after the other.
func wantParts(t *testing.T, list string, parts []pawl.ID) {
	t.Helper()
	items := slices.DeleteFunc(strings.Split(list, " "), func(s string) bool { return s == "" })
	if len(items) == 0 || len(items) != len(parts) {
		t.Fatalf("%q is accepted as %q", list, parts)
	}
	for i, item := range items {
		path, _, _ := strings.Cut(item, "#")
		path, _, _ = strings.Cut(path, "?")
		path, err := url.PathUnescape(path)
		if err != nil || !idPattern.MatchString(string(parts[i])) || !strings.HasSuffix(path, "/files/"+string(parts[i])) {
			t.Errorf("%q is taken for %q", item, parts[i])
		}
	}
}

// wantCanonical checks what is handed on.
func wantCanonical(t *testing.T, canonical string, parts []pawl.ID) {
	t.Helper()
	if !canonicalConcat.MatchString(canonical) {
		t.Errorf("it is handed on as %q", canonical)
	}
	again := &exchange{}
	if err := again.checkConcat(http.Header{"Upload-Concat": {canonical}}); err != nil || !slices.Equal(again.spec.Parts, parts) {
		t.Errorf("%q is read as %q, want %q (%v)", canonical, again.spec.Parts, parts, err)
	}
}

func FuzzUploadChecksum(f *testing.F) {
	for _, seed := range []string{
		"sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "sha1  Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu1=", "SHA1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
		"md5 XrY7u+Ae7tCTyyK7j1rNww==", "crc32 AAAAAA==", "crc32c AAAAAA==", "crc32 AAAAAB==", "sha1", "", " ", "sha1 ", "sha1\tKq5sNclPz7QV2+lfQIuc6R7oRu0=",
		"sha256 AAAA", "sha1 Kq5sNclPz7QV2-lfQIuc6R7oRu0=", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		raw = fieldValue(t, raw)
		name, sum, err := parseChecksum([]string{raw})
		m := checksumPattern.FindStringSubmatch(raw)
		sizes := map[string]int{"crc32": 4, "crc32c": 4, "md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}
		if err == nil {
			if m == nil || name != m[1] || name+" "+base64.StdEncoding.EncodeToString(sum) != raw || len(sum) != sizes[name] {
				t.Errorf("%q is accepted as %s %x", raw, name, sum)
			}
			return
		}
		if m == nil {
			return
		}
		right, wrong := base64.StdEncoding.DecodeString(m[2])
		if wrong == nil && len(right) == sizes[m[1]] && base64.StdEncoding.EncodeToString(right) == m[2] {
			t.Errorf("%q is refused: %v", raw, err)
		}
	})
}

func FuzzNumber(f *testing.F) {
	for _, seed := range []string{
		"0", "5", "010", "-1", "+5", "", "5,5", "0x5", "1_000", "5.0", "1e3", "٥", "9223372036854775807", "9223372036854775808", "18446744073709551617",
		"00000000000000000000000000000005", "5 ", "5\u00a0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		raw = fieldValue(t, raw)
		for _, key := range []string{"Upload-Length", "Upload-Offset"} {
			n, err := number(http.Header{key: {raw}}, key)
			want, ok := new(big.Int).SetString(raw, 10)
			ok = ok && digits.MatchString(raw) && want.IsInt64()
			if ok != (err == nil) || ok && n != want.Int64() {
				t.Errorf("%q is read as %d, %v", raw, n, err)
			}
		}
	})
}

func FuzzContentType(f *testing.F) {
	for _, seed := range []string{
		offsetStream, offsetStream + "; charset=x", offsetStream + ";", offsetStream + "; =", "Application/Offset+Octet-Stream", "text/plain", "",
		offsetStream + ", text/plain", offsetStream + "; a=b; a=c", offsetStream + " x", "text/plain; " + offsetStream, offsetStream + "\u00a0",
		offsetStream + `; a="b;c"`, "applıcation/offset+octet-stream",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		raw = fieldValue(t, raw)
		base, _, _ := strings.Cut(raw, ";")
		means := asciiUpper(strings.Trim(base, " \t")) == asciiUpper(offsetStream)
		if got := isOffsetStream(raw); got && !means {
			t.Errorf("%q is taken for %s", raw, offsetStream)
		} else if !got && (raw == offsetStream || raw == offsetStream+";") {
			t.Errorf("%q is not taken for %s", raw, offsetStream)
		}
	})
}

func FuzzMethodOverride(f *testing.F) {
	for _, seed := range []string{"PATCH", "patch", "Delete", " HEAD ", "BREW", "PO\u017fT", "OPT\u0131ONS", "PATCH,DELETE", "", "\t", "PATCH\u00a0", "P\u00c4TCH"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		raw = fieldValue(t, raw)
		for _, actual := range []string{"POST", "DELETE", "GET", "PATCH"} {
			r := overrideMethod(&http.Request{Method: actual, URL: &url.URL{Path: "/files/"}, Header: http.Header{"X-Http-Method-Override": {raw}}})
			want := asciiUpper(raw)
			if raw == "" {
				want = actual
			}
			known := slices.Contains([]string{"POST", "HEAD", "PATCH", "DELETE", "GET", "OPTIONS"}, r.Method)
			if known != slices.Contains([]string{"POST", "HEAD", "PATCH", "DELETE", "GET", "OPTIONS"}, want) || known && r.Method != want {
				t.Errorf("%s with the method %q is taken for %q", actual, raw, r.Method)
			}
		}
	})
}

func asciiUpper(s string) string {
	return string(slices.Collect(func(yield func(byte) bool) {
		for i := range len(s) {
			c := s[i]
			if c >= 'a' && c <= 'z' {
				c -= 'a' - 'A'
			}
			if !yield(c) {
				return
			}
		}
	}))
}

func FuzzForwardedPrefix(f *testing.F) {
	for _, seed := range []string{"", "/", "/up", "/up/", "//evil.example", "/a/../b", "/a?b", "/a#b", "/a b", "/\\evil.example", "https://x", "/a%2f", "/é", "/a//b", "/a,/b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		x := &exchange{server: &server{}, location: someID}
		x.request = &http.Request{Header: http.Header{"X-Forwarded-Prefix": {raw}}}
		location := x.url()
		u, err := url.Parse(location)
		if err != nil || u.Scheme != "" || u.Host != "" || u.RawQuery != "" || u.Fragment != "" || !strings.HasSuffix(u.Path, Path+someID) {
			t.Errorf("behind %q Location is %q", raw, location)
		}
		if !printable.MatchString(location) || strings.HasPrefix(location, "//") {
			t.Errorf("behind %q Location is %q", raw, location)
		}
	})
}

func FuzzReprDigest(f *testing.F) {
	for _, seed := range []string{
		"sha-256=:AAAA:", "sha-256=:AAAA:, sha-512=:BBBB:", "sha-256=:AAAA:,sha-256=:AAAA:", "sha-256", "sha-256=", "sha-256=:", "sha-256=::", "unixsum=1",
		"sha-256=:" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + ":", "", ",", "SHA-256=:AAAA:",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		raw = fieldValue(t, raw)
		pairs := make(map[string]string)
		if err := takeDigest(http.Header{"Repr-Digest": {raw}}, pairs); err != nil {
			return
		}
		var want []string
		for _, item := range strings.Split(raw, ",") {
			if m := reprDigest.FindStringSubmatch(strings.Trim(item, " \t")); m != nil {
				want = append(want, m[1])
			}
		}
		got, there := pairs[uploads.DigestKey]
		if there != (len(want) == 1) || there && got != want[0] || len(want) > 1 {
			t.Errorf("%q is read as %q", raw, pairs)
		}
	})
}
