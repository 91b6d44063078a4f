package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"pawl"
)

func TestContentHeaders(t *testing.T) {
	h := newHarness(t)
	const content = pngHead + "picture"
	f := h.put("naïve \"x\".png", "image/png", content)
	sum := sha256.Sum256([]byte(content))
	want := map[string]string{
		"Content-Type":                 "image/png",
		"Content-Length":               "15",
		"Accept-Ranges":                "bytes",
		"Etag":                         `"` + f.ID + `"`,
		"Repr-Digest":                  "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":",
		"Content-Disposition":          `inline; filename="na_ve _x_.png"; filename*=UTF-8''na%C3%AFve%20%22x%22.png`,
		"Content-Security-Policy":      mediaSandbox,
		"X-Content-Type-Options":       "nosniff",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"Cache-Control":                "private, no-cache",
	}
	for _, path := range []string{"/api/v1/files/" + f.ID + "/content", "/files/" + f.ID} {
		for _, method := range []string{"GET", "HEAD"} {
			if method == "HEAD" && strings.HasPrefix(path, "/files/") {
				continue // tus has its own HEAD
			}
			resp, body := h.do(method, path, "")
			if resp.StatusCode != 200 || (method == "GET") != (body == content) {
				t.Errorf("%s %s: %s %q", method, path, resp.Status, body)
			}
			for name, value := range want {
				if got := resp.Header.Get(name); got != value {
					t.Errorf("%s %s: %s: %s, want %s", method, path, name, got, value)
				}
			}
			if resp.Header.Get("Last-Modified") == "" || resp.Header.Get("X-Request-Id") == "" {
				t.Errorf("%s %s: %v", method, path, resp.Header)
			}
		}
	}
}

func TestContentPresentation(t *testing.T) {
	for mediaType, want := range map[string]string{
		"image/png":                  "inline image/png",
		"image/vnd.microsoft.icon":   "inline image/x-icon",
		"video/x-matroska":           "inline video/matroska",
		"image/svg+xml":              "attachment image/svg+xml",
		"text/html; charset=utf-8":   "attachment text/html",
		"text/xml":                   "attachment text/xml",
		"text/plain":                 "inline text/plain",
		"text/plain; charset=x-evil": "inline text/plain",
		"text/markdown":              "inline text/plain",
		"text/csv":                   "inline text/plain",
		"text/x-go":                  "inline text/plain",
		"application/yaml":           "inline text/plain",
		"application/x-python":       "inline text/plain",
		"application/json":           "attachment application/json",
		"application/pdf":            "attachment application/pdf",
		"video/mp4":                  "inline video/mp4",
		"audio/mpeg":                 "inline audio/mpeg",
		"":                           "attachment application/octet-stream",
		"nonsense":                   "attachment application/octet-stream",
		"text/html\r\nX-Evil: 1":     "attachment application/octet-stream",

		"text/javascript":          "attachment application/octet-stream",
		"Text/JavaScript; x=y":     "attachment application/octet-stream",
		"application/javascript":   "attachment application/octet-stream",
		"application/x-javascript": "attachment application/octet-stream",
		"application/ecmascript":   "attachment application/octet-stream",
		"application/x-ecmascript": "attachment application/octet-stream",
		"text/ecmascript":          "attachment application/octet-stream",
		"text/x-ecmascript":        "attachment application/octet-stream",
		"text/x-javascript":        "attachment application/octet-stream",
		"text/jscript":             "attachment application/octet-stream",
		"text/livescript":          "attachment application/octet-stream",
		"text/javascript1.0":       "attachment application/octet-stream",
		"text/javascript1.1":       "attachment application/octet-stream",
		"text/javascript1.2":       "attachment application/octet-stream",
		"text/javascript1.3":       "attachment application/octet-stream",
		"text/javascript1.4":       "attachment application/octet-stream",
		"text/javascript1.5":       "attachment application/octet-stream",
		"application/wasm":         "attachment application/octet-stream",
		"text/css":                 "attachment application/octet-stream",
		"text/xsl":                 "attachment application/octet-stream",
	} {
		header := http.Header{}
		describe(header, pawl.File{Name: "a"}, present(mediaType, ""), false)
		kind, _, _ := strings.Cut(header.Get("Content-Disposition"), ";")
		if got := kind + " " + header.Get("Content-Type"); got != want {
			t.Errorf("%q: %s, want %s", mediaType, got, want)
		}
		if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox; default-src 'none'") {
			t.Errorf("%q: policy %s", mediaType, policy)
		}
		describe(header, pawl.File{Name: "a"}, present(mediaType, ""), true)
		if got := header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment;") {
			t.Errorf("%q, download wanted: %s", mediaType, got)
		}
	}
}

// media are the first bytes of files that browsers display, with the type they are to be
// stored with and the declared type that requires.
var media = map[string]struct{ declared, head string }{
	"image/png":  {"", pngHead + "\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"},
	"image/apng": {"image/png", pngHead + "\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\x08acTL\x00\x00"},
	"image/jpeg": {"image/jpg", "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"},
	"image/gif":  {"", "GIF89a\x01\x00\x01\x00\x80\x00\x00"},
	"image/webp": {"", "RIFF\x24\x00\x00\x00WEBPVP8 "},
	"image/avif": {"", "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif"},
	"image/bmp":  {"", "BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x18\x00"},
	"image/x-icon": {
		"image/vnd.microsoft.icon", "\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00\x01\x00\x20\x00\x68\x04\x00\x00\x16\x00\x00\x00",
	},
	"image/jxl":  {"", "\xff\x0a\xfa\x1f\x41\x91\x08\x06\x01\x00"},
	"image/tiff": {"", "II*\x00\x08\x00\x00\x00"},
	"image/heic": {"", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"},
	"image/heif": {"", "\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic"},

	"audio/mpeg":     {"", "ID3\x03\x00\x00\x00\x00\x00\x0aTIT2\x00\x00\x00\x00\x00\x00"},
	"audio/mp4":      {"", "\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isomiso2"},
	"audio/aac":      {"", "\xff\xf1\x50\x80\x02\x1f\xfc"},
	"audio/ogg":      {"audio/opus", "OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead\x01\x02"},
	"audio/wav":      {"audio/x-wav", "RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00"},
	"audio/flac":     {"audio/x-flac", "fLaC\x00\x00\x00\x22\x10\x00\x10\x00"},
	"audio/webm":     {"audio/webm;codecs=opus", webmHead},
	"audio/midi":     {"", "MThd\x00\x00\x00\x06\x00\x01\x00\x01\x00\x60"},
	"audio/aiff":     {"", "FORM\x00\x00\x00\x2eAIFFCOMM\x00\x00\x00\x12"},
	"audio/3gpp":     {"audio/3gpp", "\x00\x00\x00\x18ftyp3gp4\x00\x00\x02\x003gp4isom"},
	"audio/3gpp2":    {"audio/3gpp2", "\x00\x00\x00\x18ftyp3g2a\x00\x00\x02\x003g2aisom"},
	"audio/matroska": {"audio/x-matroska", mkvHead},

	"video/mp4":       {"", "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"},
	"video/webm":      {"", webmHead},
	"video/ogg":       {"", "OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x2a\x80theora\x03\x02\x01"},
	"video/quicktime": {"", "\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  "},
	"video/matroska":  {"video/x-matroska", mkvHead},
	"video/x-m4v":     {"", "\x00\x00\x00\x18ftypM4V \x00\x00\x02\x00isomiso2"},
	"video/mpeg":      {"", "\x00\x00\x01\xba\x44\x00\x04\x00"},
	"video/x-msvideo": {"", "RIFF\x24\x00\x00\x00AVI LIST\xc0\x00\x00\x00hdrlavih"},
	"video/3gpp":      {"", "\x00\x00\x00\x18ftyp3gp4\x00\x00\x02\x003gp4isom"},
	"video/3gpp2":     {"", "\x00\x00\x00\x18ftyp3g2a\x00\x00\x02\x003g2aisom"},
}

const (
	mkvHead  = "\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x88matroska"
	webmHead = "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"
)

// TestShownTypesAreFound checks that the inline types are those that files are stored
// with.
func TestShownTypesAreFound(t *testing.T) {
	h := newHarness(t)
	for mediaType := range shown {
		m, ok := media[mediaType]
		if !ok {
			t.Errorf("%s: no file of that type is known", mediaType)
			continue
		}
		f := h.put("a", m.declared, m.head)
		if f.MediaType != mediaType || f.TypeMismatch {
			t.Errorf("a file of type %s declared as %q is stored as %s, mismatch %t", mediaType, m.declared, f.MediaType, f.TypeMismatch)
		}
		resp, _ := h.do("HEAD", "/api/v1/files/"+f.ID+"/content", "")
		if !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "inline;") || resp.Header.Get("Content-Type") != mediaType {
			t.Errorf("%s is sent as %s, %s", mediaType, resp.Header.Get("Content-Type"), resp.Header.Get("Content-Disposition"))
		}
	}
}

func TestContentIsNoScript(t *testing.T) {
	h := newHarness(t)
	const script = "#!/usr/bin/env node\nalert(1)\n"
	f := h.put("a.js", "text/javascript", script)
	paths := []string{"/api/v1/files/" + f.ID + "/content", "/files/" + f.ID}
	for _, path := range paths {
		resp, body := h.do("GET", path, "")
		if resp.Header.Get("Content-Type") != "application/octet-stream" || body != script {
			t.Errorf("%s: %s %q", path, resp.Header.Get("Content-Type"), body)
		}
		for _, dest := range []string{"script", "worker", "sharedworker", "serviceworker", "audioworklet", "paintworklet", "style", "xslt", "json", "manifest", "font", "of-tomorrow"} {
			resp, body := h.do("GET", path, "", "Sec-Fetch-Dest", dest)
			wantProblem(t, resp, body, http.StatusForbidden)
		}
		for _, dest := range []string{"document", "empty", "image", "audio", "video", "iframe"} {
			if resp, _ := h.do("GET", path, "", "Sec-Fetch-Dest", dest); resp.StatusCode != http.StatusOK || !strings.Contains(strings.Join(resp.Header.Values("Vary"), ","), "Sec-Fetch-Dest") {
				t.Errorf("%s for %s: %s, Vary %q", path, dest, resp.Status, resp.Header.Values("Vary"))
			}
		}
	}
	elsewhere := newHarness(t, redirecting(true))
	f = elsewhere.put("a.js", "text/javascript", script)
	resp, _ := elsewhere.do("GET", "/files/"+f.ID, "")
	if resp.Header.Get("Location") != "https://elsewhere.example/"+f.ID+"?application/octet-stream,attachment" {
		t.Errorf("%s", resp.Header.Get("Location"))
	}
	resp, body := elsewhere.do("GET", "/files/"+f.ID, "", "Sec-Fetch-Dest", "script")
	wantProblem(t, resp, body, http.StatusForbidden)
}

func TestRanges(t *testing.T) {
	h := newHarness(t)
	const content = "0123456789"
	f := h.put("a.bin", "", content)
	etag := `"` + f.ID + `"`
	path := "/api/v1/files/" + f.ID + "/content"
	for _, c := range []struct {
		name         string
		headers      []string
		status       int
		body         string
		contentRange string
	}{
		{"first bytes", []string{"Range", "bytes=0-3"}, 206, "0123", "bytes 0-3/10"},
		{"from the middle", []string{"Range", "bytes=4-"}, 206, "456789", "bytes 4-9/10"},
		{"the last", []string{"Range", "bytes=-2"}, 206, "89", "bytes 8-9/10"},
		{"past the end", []string{"Range", "bytes=8-100"}, 206, "89", "bytes 8-9/10"},
		{"all", []string{"Range", "bytes=0-"}, 206, content, "bytes 0-9/10"},
		{"impossible", []string{"Range", "bytes=10-"}, 416, "", "bytes */10"},
		{"nonsense", []string{"Range", "bytes=b-a"}, 416, "", ""},
		{"another unit", []string{"Range", "items=0-1"}, 200, content, ""},
		{"no ranges at all", []string{"Range", "bytes"}, 200, content, ""},
		{"the unit in capitals", []string{"Range", "Bytes=0-3"}, 206, "0123", "bytes 0-3/10"},
		{"to a large number", []string{"Range", "bytes=8-99999999999999999999"}, 206, "89", "bytes 8-9/10"},
		{"the last large number", []string{"Range", "bytes=-99999999999999999999"}, 206, content, "bytes 0-9/10"},
		{"from a large number", []string{"Range", "bytes=99999999999999999999-"}, 416, "", "bytes */10"},
		{"the last none", []string{"Range", "bytes=-0"}, 416, "", "bytes */10"},
		{"if-range same", []string{"Range", "bytes=0-0", "If-Range", etag}, 206, "0", "bytes 0-0/10"},
		{"if-range other", []string{"Range", "bytes=0-0", "If-Range", `"x"`}, 200, content, ""},
		{"if-range weak", []string{"Range", "bytes=0-0", "If-Range", "W/" + etag}, 200, content, ""},
		{"if-none-match same", []string{"If-None-Match", etag}, 304, "", ""},
		{"if-none-match any", []string{"If-None-Match", "*"}, 304, "", ""},
		{"if-none-match other", []string{"If-None-Match", `"x"`}, 200, content, ""},
		{"if-match same", []string{"If-Match", etag}, 200, content, ""},
		{"if-match other", []string{"If-Match", `"x"`}, 412, "", ""},
		{"overlapping", []string{"Range", "bytes=0-,0-,0-"}, 200, content, ""},
		{"too many", []string{"Range", "bytes=" + strings.Repeat("0-0,", 16) + "1-1"}, 200, content, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp, body := h.do("GET", path, "", c.headers...)
			if resp.StatusCode != c.status || resp.Header.Get("Content-Range") != c.contentRange {
				t.Errorf("%s, Content-Range %q", resp.Status, resp.Header.Get("Content-Range"))
			}
			if c.status >= 400 {
				wantProblem(t, resp, body, c.status)
				if resp.Header.Get("Etag")+resp.Header.Get("Content-Disposition")+resp.Header.Get("Repr-Digest") != "" {
					t.Errorf("a problem that looks like the file: %v", resp.Header)
				}
			} else if body != c.body {
				t.Errorf("body %q", body)
			}
		})
	}
}

func wantProblem(t *testing.T, resp *http.Response, body string, status int) {
	t.Helper()
	p := decode[map[string]any](t, body)
	if resp.StatusCode != status || resp.Header.Get("Content-Type") != "application/problem+json" ||
		p["status"] != float64(status) || p["request_id"] != resp.Header.Get("X-Request-Id") ||
		p["detail"] == "" || p["code"] == "" || p["type"] != "about:blank" || p["title"] == "" {
		t.Errorf("want a problem of status %d, got %s %s\n%s", status, resp.Status, resp.Header.Get("Content-Type"), body)
	}
}

func TestManyRangesInOneAnswer(t *testing.T) {
	h := newHarness(t)
	f := h.put("a.bin", "", "0123456789")
	resp, body := h.do("GET", "/files/"+f.ID, "", "Range", "bytes=0-1,4-5,-1")
	kind, params, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode != 206 || kind != "multipart/byteranges" {
		t.Fatalf("%s %s", resp.Status, kind)
	}
	var parts []string
	for r := multipart.NewReader(strings.NewReader(body), params["boundary"]); ; {
		part, err := r.NextPart()
		if err == io.EOF {
			break
		}
		check(t, err)
		text, _ := io.ReadAll(part)
		parts = append(parts, part.Header.Get("Content-Range")+" "+string(text))
	}
	if got := strings.Join(parts, "; "); got != "bytes 0-1/10 01; bytes 4-5/10 45; bytes 9-9/10 9" {
		t.Error(got)
	}
}

func TestRangeOfHEAD(t *testing.T) {
	h := newHarness(t)
	f := h.put("a.bin", "", "0123456789")
	for _, ranges := range []string{"bytes=0-3", "bytes=10-"} {
		resp, _ := h.do("HEAD", "/api/v1/files/"+f.ID+"/content", "", "Range", ranges)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Length") != "10" {
			t.Errorf("%s: %s, %s bytes", ranges, resp.Status, resp.Header.Get("Content-Length"))
		}
	}
}

func TestEmptyFile(t *testing.T) {
	h := newHarness(t)
	f := h.put("empty", "", "")
	for _, ranges := range []string{"", "bytes=0-", "bytes=-5", "bytes=-0", "bytes=0-0", "bytes=0-0,-1", "items=0-1"} {
		resp, body := h.do("GET", "/files/"+f.ID, "", "Range", ranges)
		if resp.StatusCode != http.StatusOK || body != "" || resp.Header.Get("Content-Range") != "" {
			t.Errorf("%q: %s %q, Content-Range %q", ranges, resp.Status, body, resp.Header.Get("Content-Range"))
		}
	}
}

func TestDownloadsAreCounted(t *testing.T) {
	h := newHarness(t)
	f := h.put("a", "", "0123456789")
	path := "/api/v1/files/" + f.ID + "/content"
	counted := func() int64 {
		check(t, h.files.Flush(context.Background()))
		return getJSON[fileView](h, "/api/v1/files/"+f.ID).Downloads
	}
	for _, c := range []struct {
		method, header, value string
		counts                int64
	}{
		{"GET", "", "", 1},
		{"GET", "If-None-Match", `"another"`, 1},
		{"GET", "Range", "bytes=0-4", 1},
		{"GET", "Range", "bytes=5-9", 0},
		{"GET", "Range", "bytes=100-", 0},
		{"GET", "Range", "bytes=0-1,3-4", 0},
		{"GET", "If-None-Match", `"` + f.ID + `"`, 0},
		{"HEAD", "", "", 0},
	} {
		before := counted()
		h.do(c.method, path, "", cmp.Or(c.header, "X-None"), c.value)
		if got := counted() - before; got != c.counts {
			t.Errorf("%s %s %s counts %d", c.method, c.header, c.value, got)
		}
	}
	for query, counts := range map[string]int64{"?preview=1": 0, "?preview=true&redirect=false": 0, "?preview=0": 1, "?preview": 1, "?download=1": 1} {
		before := counted()
		h.do("GET", path+query, "")
		if got := counted() - before; got != counts {
			t.Errorf("%s counts %d", query, got)
		}
	}
}

func TestReadersDoNotWaitForEachOther(t *testing.T) {
	h := newHarness(t)
	f := h.put("big", "", strings.Repeat("x", 8<<20))
	var all sync.WaitGroup
	var answers []*http.Response
	for range 8 { // all are open, none is read yet
		resp, err := http.Get(h.url + "/files/" + f.ID)
		check(t, err)
		answers = append(answers, resp)
	}
	for _, resp := range answers {
		all.Go(func() {
			defer resp.Body.Close()
			if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != 8<<20 {
				t.Errorf("%d bytes, %v", n, err)
			}
		})
	}
	all.Wait()
}

func TestUploadPath(t *testing.T) {
	h := newHarness(t)
	f := h.put("a", "", "bytes")
	for _, c := range [][4]string{
		{"GET", "/files/" + f.ID, "", "bytes"},
		{"GET", "/files/" + f.ID, "PATCH", "tus GET"},
		{"POST", "/files/", "", "tus POST"},
		{"POST", "/files", "", "tus POST"},
		{"PATCH", "/files/" + f.ID, "", "tus PATCH"},
		{"DELETE", "/files/" + f.ID, "", "tus DELETE"},
		{"OPTIONS", "/files/", "", "tus OPTIONS"},
		{"GET", "/files/", "", "tus GET"},
	} {
		headers := []string{"X-None", ""}
		if c[2] != "" {
			headers = []string{"X-HTTP-Method-Override", c[2]}
		}
		if resp, body := h.do(c[0], c[1], "", headers...); body != c[3] {
			t.Errorf("%v: %s %s", c, resp.Status, body)
		}
	}
}

// HTTP/2 has no ReadFrom and deadlines of its own.
func TestDownloadsOverHTTP2(t *testing.T) {
	h := newHarness(t)
	content := strings.Repeat("0123456789", 200_000)
	f := h.put("big", "", content)
	srv := httptest.NewUnstartedServer(h.web.Config.Handler)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	r, _ := http.NewRequest("GET", srv.URL+"/files/"+f.ID, nil)
	r.Header.Set("Range", "bytes=5-")
	resp, err := srv.Client().Do(r)
	check(t, err)
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != content[5:] || resp.ProtoMajor != 2 {
		t.Errorf("%s: %d bytes, %v", resp.Proto, len(got), err)
	}
}
