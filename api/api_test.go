package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pawl"
)

// TestProblems compares responses with testdata/problems.txt. PAWL_UPDATE_GOLDEN=1
// updates the file.
// TestNobodySeesNothing sends requests with the zero principal.
func TestNobodySeesNothing(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.Principal = func(*http.Request) (pawl.Principal, error) { return pawl.Principal{}, nil }
	})
	f := h.put("secret.txt", "", "1")
	up := h.begin(pawl.Local, "secret.png", "", 5)
	missing := strings.Repeat("0", 36)
	for _, path := range []string{
		"files", "files/totals", "uploads", "stats", "events",
		"files/" + f.ID, "files/" + f.ID + "/content", "files/" + missing, "files/" + missing + "/content",
		"uploads/" + string(up), "uploads/" + missing,
	} {
		resp, text := h.do("GET", "/api/v1/"+path, "")
		if resp.StatusCode != http.StatusForbidden || strings.Contains(text, "secret") {
			t.Errorf("GET %s: %s %s", path, resp.Status, text)
		}
	}
}

func TestProblems(t *testing.T) {
	h := newHarness(t)
	f := h.put("a", "", "0123456789")
	var got bytes.Buffer
	for _, c := range [][]string{
		{"GET", "/api/v1/nothing", ""},
		{"GET", "/api/v1/files/x", ""},
		{"GET", "/api/v1/uploads/x", ""},
		{"PUT", "/api/v1/files/" + f.ID, ""},
		{"POST", "/api/v1/stats", ""},
		{"GET", "/api/v1/files?limit=100000", ""},
		{"GET", "/api/v1/files?limit=-1&sort=color", ""},
		{"GET", "/api/v1/files?created_after=yesterday", ""},
		{"GET", "/api/v1/files?cursor=!!", ""},
		{"GET", "/api/v1/stats?from=2026-02-30", ""},
		{"GET", "/api/v1/stats?from=2026-02-02&to=2026-02-01", ""},
		{"GET", "/api/v1/stats?from=2020-01-01&to=2026-02-01", ""},
		{"PATCH", "/api/v1/files/" + f.ID, `{"nmae":"b"}`},
		{"PATCH", "/api/v1/files/" + f.ID, `{"name":" "}`},
		{"PATCH", "/api/v1/files/" + f.ID, `{"name":`},
		{"GET", "/api/v1/files/" + f.ID + "/content", "", "Range", "bytes=10-"},
		{"GET", "/api/v1/files/" + f.ID + "/content", "", "If-Match", `"x"`},
		{"DELETE", "/api/v1/files/" + f.ID, "", "Sec-Fetch-Site", "cross-site"},
	} {
		resp, text := h.do(c[0], c[1], c[2], append(c[3:], "X-Request-Id", "the-request")...)
		got.WriteString(strings.ReplaceAll(strings.Join(c, " "), f.ID, "{id}") + "\n" + resp.Status + "\n")
		for _, name := range []string{"Content-Type", "Allow", "Retry-After"} {
			if v := resp.Header.Get(name); v != "" {
				got.WriteString(name + ": " + v + "\n")
			}
		}
		got.WriteString(strings.ReplaceAll(text, f.ID, "{id}") + "\n")
	}
	golden(t, "problems.txt", got.Bytes())
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("PAWL_UPDATE_GOLDEN") != "" {
		check(t, os.MkdirAll("testdata", 0o755))
		check(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	check(t, err)
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestInternalErrorsStayInTheLog(t *testing.T) {
	h := newHarness(t)
	check(t, h.store.Close())
	resp, text := h.do("GET", "/api/v1/files", "")
	wantProblem(t, resp, text, resp.StatusCode)
	if resp.StatusCode < 500 || strings.Contains(text, "sql") {
		t.Errorf("%s %s", resp.Status, text)
	}
	log := h.log.String()
	if n := strings.Count(log, "request_id="+resp.Header.Get("X-Request-Id")); n != 1 {
		t.Errorf("%d lines about the request:\n%s", n, log)
	}
	if !strings.Contains(log, " error=") {
		t.Errorf("the cause is not logged:\n%s", log)
	}
}

func TestAccessLog(t *testing.T) {
	h := newHarness(t)
	f := h.put("a", "", "0123456789")
	h.do("GET", "/files/"+f.ID+"?download=1&token=secret", "", "Authorization", "Bearer secret", "X-Request-Id", "r-1")
	h.do("GET", "/healthz", "", "X-Request-Id", "not\tsane")
	log := h.log.String()
	want := regexp.MustCompile(`level=INFO msg=request method=GET path=/files/` + f.ID +
		` status=200 in=0 out=10 took=\S+ request_id=r-1 remote=127.0.0.1\n`)
	if !want.MatchString(log) || strings.Contains(log, "secret") || strings.Contains(log, "sane") {
		t.Error(log)
	}
}

func TestPanics(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.Tus = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == "PATCH" {
				_, _ = io.WriteString(w, "half an ans")
				_ = http.NewResponseController(w).Flush()
			}
			panic("oops at /some/path")
		})
	})
	resp, text := h.do("POST", "/files/", "")
	wantProblem(t, resp, text, 500)
	if strings.Contains(text, "oops") || !strings.Contains(h.log.String(), "oops") {
		t.Errorf("%s\n%s", text, h.log)
	}
	r, _ := http.NewRequest("PATCH", h.url+"/files/x", nil)
	if resp, err := http.DefaultClient.Do(r); err == nil {
		if _, err = io.ReadAll(resp.Body); err == nil {
			t.Error("half an answer looks whole")
		}
	}
}

func TestHosts(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.AllowedHosts, c.PublicURL = []string{"pawl.lan", "xn--mller-kva.example"}, "https://files.example.org:8443/"
	})
	anywhere := newHarness(t) // without names of its own
	for host, names := range map[string]struct{ given, always bool }{
		"localhost": {true, true}, "localhost:8080": {true, true}, "pawl.localhost": {true, true}, "LOCALHOST.": {true, true},
		"127.0.0.1": {true, true}, "[::1]:8080": {true, true}, "10.0.0.1:8080": {true, true}, "[2001:db8::2]": {true, true},
		"pawl.lan": {given: true}, "PAWL.lan:80": {given: true}, "pawl.lan.": {given: true},
		"files.example.org": {given: true}, "xn--mller-kva.example": {given: true},
		"evil.example": {}, "localhost.evil.example": {}, "127.0.0.1.evil.example:8080": {}, "notlocalhost": {}, "sub.pawl.lan": {},
	} {
		for server, own := range map[*harness]bool{h: names.given, anywhere: names.always} {
			for _, path := range []string{"/api/v1/files", "/files/x", "/healthz", "/metrics", "/"} {
				resp, text := server.do("GET", path, "", "Host", host)
				if refused := resp.StatusCode == http.StatusMisdirectedRequest; refused == own {
					t.Errorf("%s at %s (names given: %v): %s %s", path, host, server == h, resp.Status, text)
				}
				if !own {
					wantProblem(t, resp, text, http.StatusMisdirectedRequest)
				}
			}
		}
	}
	_, text := h.do("GET", "/", "", "Host", "evil.example")
	if !strings.Contains(text, "PAWL_HOSTS") || !strings.Contains(text, "evil.example") {
		t.Errorf("the refusal does not say what to set: %s", text)
	}
}

func TestCORS(t *testing.T) {
	const friend, stranger = "https://app.example.org", "https://evil.example"
	h := newHarness(t, func(c *Config) { c.AllowedOrigins = []string{friend} })
	closed := newHarness(t)
	f := h.put("a", "", "1")
	for _, c := range []struct {
		name, method, path, origin string
		server                     *harness
		allowed                    bool
		status                     int
	}{
		{"friend lists", "GET", "/api/v1/files", friend, h, true, 200},
		{"friend downloads", "GET", "/files/" + f.ID, friend, h, true, 200},
		{"friend uploads", "POST", "/files/", friend, h, true, 200},
		{"friend asks first", "OPTIONS", "/files/", friend, h, true, 204},
		{"friend asks first, REST", "OPTIONS", "/api/v1/files/" + f.ID, friend, h, true, 204},
		{"friend sees refusals", "GET", "/api/v1/files/x", friend, h, true, 404},
		{"friend deletes", "DELETE", "/api/v1/files/" + f.ID, friend, h, true, 204},
		{"stranger lists", "GET", "/api/v1/files", stranger, h, false, 200},
		{"stranger deletes", "DELETE", "/api/v1/files/" + f.ID, stranger, h, false, 403},
		{"stranger asks first", "OPTIONS", "/files/", stranger, h, false, 200},
		{"longer name", "GET", "/api/v1/files", friend + ".evil.example", h, false, 200},
		{"null", "GET", "/api/v1/files", "null", h, false, 200},
		{"nobody is a friend", "GET", "/api/v1/files", friend, closed, false, 200},
		{"nobody is a friend, ask first", "OPTIONS", "/files/", friend, closed, false, 200},
		{"nobody is a friend, delete", "DELETE", "/api/v1/files/x", friend, closed, false, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp, text := c.server.do(c.method, c.path, "", "Origin", c.origin, "Sec-Fetch-Site", "cross-site",
				"Access-Control-Request-Method", "PATCH")
			got := resp.Header.Get("Access-Control-Allow-Origin")
			if resp.StatusCode != c.status || (got == c.origin) != c.allowed || !c.allowed && got != "" {
				t.Errorf("%s, allowed %q: %s", resp.Status, got, text)
			}
			if resp.Header.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("cookies are allowed along")
			}
			if vary := strings.Join(resp.Header.Values("Vary"), ", "); strings.Contains(vary, "Origin") != (c.server == h) {
				t.Errorf("Vary: %s", vary)
			}
		})
	}
	resp, _ := h.do("OPTIONS", "/files/", "", "Origin", friend, "Access-Control-Request-Method", "PATCH")
	allowed := strings.ToLower(resp.Header.Get("Access-Control-Allow-Headers"))
	for _, name := range []string{"upload-offset", "tus-resumable", "x-http-method-override", "upload-checksum", "x-request-id", "authorization", "content-type", "uppy-auth-token"} {
		if !strings.Contains(allowed, name) {
			t.Errorf("%s cannot be sent: %s", name, allowed)
		}
	}
	resp, _ = h.do("GET", "/api/v1/files", "", "Origin", friend)
	exposed := resp.Header.Get("Access-Control-Expose-Headers")
	for _, name := range []string{"Upload-Offset", "Location", "Tus-Max-Size", "ETag", "Repr-Digest", "X-Request-Id", "Upload-Limit"} {
		if !strings.Contains(exposed, name) {
			t.Errorf("%s cannot be seen: %s", name, exposed)
		}
	}
}

func TestHealth(t *testing.T) {
	var away error
	h := newHarness(t, func(c *Config) { c.Ready = func(context.Context) error { return away } })
	for _, path := range []string{"/healthz", "/readyz"} {
		if resp, text := h.do("GET", path, ""); resp.StatusCode != 200 || text != "ok\n" {
			t.Errorf("%s: %s %s", path, resp.Status, text)
		}
	}
	away = errors.New("dial tcp 10.0.0.7: refused")
	if resp, _ := h.do("GET", "/healthz", ""); resp.StatusCode != 200 {
		t.Errorf("healthz: %s", resp.Status)
	}
	resp, text := h.do("GET", "/readyz", "")
	wantProblem(t, resp, text, 503)
	if strings.Contains(text, "10.0.0.7") || resp.Header.Get("Retry-After") == "" {
		t.Errorf("readyz: %v %s", resp.Header, text)
	}
}

func TestMetrics(t *testing.T) {
	h := newHarness(t)
	f := h.put("a", "", "0123456789")
	h.do("GET", "/files/"+f.ID, "")
	h.do("GET", "/api/v1/files/"+f.ID, "")
	h.do("BREW", "/api/v1/files/x", "")
	_, text := h.do("GET", "/metrics", "")
	for _, want := range []string{
		`pawl_downloaded_bytes_total 10`,
		`pawl_http_request_duration_seconds_count{method="GET",route="/api/v1/files/{id}",status="2xx"} 1`,
		`pawl_upload_size_bytes_count{outcome="finished"} 1`, `go_goroutines`, `method="other"`, `pawl_lock_wait_seconds_count 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, f.ID) {
		t.Error("an id is a label")
	}
}

func TestStats(t *testing.T) {
	h := newHarness(t)
	h.put("a.png", "", pngHead)
	h.put("b.txt", "", "text")
	type view struct {
		Totals struct{ Files, Bytes int64 }
		Types  []struct{ Files int64 }
		Days   []struct {
			Day        string
			FilesTotal int64 `json:"files_total"`
		}
	}
	s := getJSON[view](h, "/api/v1/stats")
	today := time.Now().UTC().Format(time.DateOnly)
	if s.Totals.Files != 2 || s.Totals.Bytes != 12 || len(s.Types) != 2 || len(s.Days) != 30 ||
		s.Days[29].Day != today || s.Days[29].FilesTotal != 2 {
		t.Errorf("%+v", s)
	}
	s = getJSON[view](h, "/api/v1/stats?from=2026-01-30&to=2026-02-02")
	if len(s.Days) != 4 || s.Days[0].Day != "2026-01-30" || s.Days[3].Day != "2026-02-02" {
		t.Errorf("%+v", s.Days)
	}
}

func TestServer(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.Server = ServerInfo{Version: "1.2.3", MaxSize: 5, DeniedExtensions: []string{"exe"}}
	})
	_, text := h.do("GET", "/api/v1/server", "")
	want := `{"version":"1.2.3","tus_endpoint":"/files/","max_size":5,"allowed_types":[],"denied_types":[],"allowed_extensions":[],"denied_extensions":["exe"]}` + "\n"
	if text != want {
		t.Error(text)
	}
}

func TestDocument(t *testing.T) {
	one, err := OpenAPI()
	check(t, err)
	two, err := OpenAPI()
	check(t, err)
	if !bytes.Equal(one, two) {
		t.Error("the document changes from one time to the next")
	}
	h := newHarness(t)
	resp, text := h.do("GET", "/api/v1/openapi.json", "")
	if text != string(one) || resp.Header.Get("Content-Type") != "application/openapi+json" {
		t.Errorf("another document is served: %s", resp.Header.Get("Content-Type"))
	}
	var doc struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]any
	}
	check(t, json.Unmarshal(one, &doc))
	for _, path := range []string{
		"/api/v1/files", "/api/v1/files/{id}", "/api/v1/files/{id}/content", "/api/v1/uploads",
		"/api/v1/uploads/{id}", "/api/v1/stats", "/api/v1/events", "/api/v1/server",
	} {
		if doc.Paths[path] == nil {
			t.Errorf("%s is not in the document", path)
		}
	}
	resp, page := h.do("GET", "/api/v1/docs", "")
	if resp.Header.Get("Content-Security-Policy") != docsPolicy || strings.Contains(page, "<script") ||
		strings.Contains(page, "http") || !strings.Contains(page, "/api/v1/files/{id}/content") {
		t.Errorf("%v\n%s", resp.Header, page)
	}
}

func TestPageIsEverywhereElse(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "page") })
	})
	for _, path := range []string{"/", "/uploads", "/assets/x.js"} {
		if resp, text := h.do("GET", path, ""); text != "page" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %s", path, text)
		}
	}
	resp, text := h.do("POST", "/", "")
	wantProblem(t, resp, text, 405)
	resp, text = h.do("GET", "/api/v2/files", "")
	wantProblem(t, resp, text, 404)
}

func TestConfigErrors(t *testing.T) {
	if _, err := New(Config{AllowedOrigins: []string{"not an origin"}}); err == nil {
		t.Error("an origin that is none is taken")
	}
}
