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
	h := newHouse(t)
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
		"image/png":                    "inline image/png",
		"image/svg+xml":                "attachment image/svg+xml",
		"text/html; charset=utf-8":     "attachment text/html",
		"text/xml":                     "attachment text/xml",
		"text/plain":                   "inline text/plain; charset=utf-8",
		"text/plain; charset=utf-16le": "inline text/plain; charset=utf-16le",
		"text/plain; charset=x-evil":   "inline text/plain; charset=utf-8",
		"application/pdf":              "attachment application/pdf",
		"video/mp4":                    "inline video/mp4",
		"audio/mpeg":                   "inline audio/mpeg",
		"application/javascript":       "attachment application/javascript",
		"":                             "attachment application/octet-stream",
		"nonsense":                     "attachment application/octet-stream",
		"text/html\r\nX-Evil: 1":       "attachment application/octet-stream",
	} {
		header := http.Header{}
		describe(header, pawl.File{MediaType: mediaType, Name: "a"}, false)
		kind, _, _ := strings.Cut(header.Get("Content-Disposition"), ";")
		if got := kind + " " + header.Get("Content-Type"); got != want {
			t.Errorf("%q: %s, want %s", mediaType, got, want)
		}
		if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox; default-src 'none'") {
			t.Errorf("%q: policy %s", mediaType, policy)
		}
		describe(header, pawl.File{MediaType: mediaType, Name: "a"}, true)
		if got := header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment;") {
			t.Errorf("%q, download wanted: %s", mediaType, got)
		}
	}
}

func TestRanges(t *testing.T) {
	h := newHouse(t)
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
		{"another unit", []string{"Range", "lines=1-2"}, 416, "", ""},
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
	h := newHouse(t)
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

func TestEmptyFile(t *testing.T) {
	h := newHouse(t)
	f := h.put("empty", "", "")
	for _, headers := range [][]string{nil, {"Range", "bytes=0-"}} {
		if resp, body := h.do("GET", "/files/"+f.ID, "", headers...); resp.StatusCode != 200 || body != "" {
			t.Errorf("%v: %s %q", headers, resp.Status, body)
		}
	}
}

func TestDownloadsAreCounted(t *testing.T) {
	h := newHouse(t)
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
}

func TestReadersDoNotWaitForEachOther(t *testing.T) {
	h := newHouse(t)
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
	h := newHouse(t)
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
	h := newHouse(t)
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
