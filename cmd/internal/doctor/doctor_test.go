package doctor

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl"
	"pawl/api"
	"pawl/api/tus"
	"pawl/db/sqlite"
	"pawl/events"
	"pawl/files"
	"pawl/storage/disk"
	"pawl/uploads"
)

const origin = "https://app.example.com"

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newServer returns the complete handler of Pawl with a real database and disk storage.
func newServer(t *testing.T) (http.Handler, pawl.Store) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(dir, "pawl.db"), Log: log})
	check(t, err)
	t.Cleanup(func() { _ = store.Close() })
	blobs, err := disk.Open(disk.Config{Dir: dir, Log: log})
	check(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	events := events.New(store, pawl.OwnersOnly)
	uploads := uploads.New(uploads.Config{Store: store, Blobs: blobs, Gates: pawl.Gates{Detect: http.DetectContentType},
		Policy: pawl.OwnersOnly, Events: events, Log: log, Now: time.Now})
	t.Cleanup(func() { uploads.Close(context.Background()) })
	files := files.New(files.Config{Store: store, Blobs: blobs, Policy: pawl.OwnersOnly, Events: events, Log: log, Now: time.Now})
	protocol, err := tus.New(tus.Config{
		Uploads: uploads, Files: files, Log: log, Download: http.NotFoundHandler(),
		Principal: func(*http.Request) (pawl.Principal, error) { return pawl.Local, nil },
	})
	check(t, err)
	handler, err := api.New(api.Config{Uploads: uploads, Files: files, Events: events, Tus: protocol, Log: log, AllowedOrigins: []string{origin}})
	check(t, err)
	return handler, store
}

// bend modifies requests and responses in a proxy.
type bend struct {
	request func(w http.ResponseWriter, r *http.Request) (answered bool)
	answer  func(*http.Response) error
}

// behind starts Pawl behind a proxy.
func behind(t *testing.T, handler http.Handler, b bend) *httptest.Server {
	t.Helper()
	inner := httptest.NewServer(handler)
	t.Cleanup(inner.Close)
	target, err := url.Parse(inner.URL)
	check(t, err)
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: b.answer, FlushInterval: -1,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	return httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.request == nil || !b.request(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
}

func examine(t *testing.T, server *httptest.Server, change func(*Config)) Report {
	t.Helper()
	t.Cleanup(server.Close)
	endpoint, err := url.Parse(server.URL + "/files/")
	check(t, err)
	c := Config{Endpoint: endpoint, Origin: origin, Now: time.Now}
	if server.Certificate() != nil {
		roots := x509.NewCertPool()
		roots.AddCert(server.Certificate())
		c.TLS = &tls.Config{RootCAs: roots}
	}
	if change != nil {
		change(&c)
	}
	return Examine(t.Context(), c)
}

// faults returns the checks that are not OK.
func (r Report) faults() map[string]Status {
	found := map[string]Status{}
	for _, f := range r.Findings {
		if f.Status != OK {
			found[f.Check] = f.Status
		}
	}
	return found
}

func (r Report) text() string {
	var out bytes.Buffer
	r.Print(&out)
	return out.String()
}

// TestWell checks that Pawl without a proxy has no findings, and that nothing is left.
func TestWell(t *testing.T) {
	handler, store := newServer(t)
	r := examine(t, start(httptest.NewUnstartedServer(handler)), func(c *Config) { c.Slow = time.Second })
	if len(r.faults()) > 0 || r.Failed() {
		t.Errorf("faults were found:\n%s", r.text())
	}
	for _, name := range []string{"buffering", "body size", "100-continue", "early refusal", "CORS preflight", "CORS answers", "slow body", "method PATCH"} {
		if !strings.Contains(r.text(), "OK    "+name) {
			t.Errorf("%s was not examined:\n%s", name, r.text())
		}
	}
	left, err := store.IdleUploads(t.Context(), time.Now().Add(time.Hour), 100)
	check(t, err)
	if len(left) > 0 {
		t.Errorf("%d uploads were left behind", len(left))
	}
	for line := range strings.SplitSeq(r.text(), "\n") {
		if len([]rune(line)) > columns {
			t.Errorf("a line has more than %d columns: %q", columns, line)
		}
	}
}

func start(s *httptest.Server) *httptest.Server {
	s.Start()
	return s
}

// TestFaults checks that each fault of a proxy is found, and no other.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		bend bend
		tls  bool
		want map[string]Status
		mend string
	}{
		{name: "buffering", mend: "proxy_request_buffering off",
			bend: bend{request: collect}, want: map[string]Status{"buffering": Fail}},
		{name: "limit of 1 MiB", mend: "client_max_body_size 0",
			bend: bend{request: limit}, want: map[string]Status{"body size": Fail}},
		{name: "PATCH and DELETE are blocked", mend: "overridePatchMethod",
			bend: bend{request: block}, want: map[string]Status{"method PATCH": Warn, "method DELETE": Warn}},
		{name: "Tus-Resumable is taken away", mend: "proxy_pass_request_headers",
			bend: bend{request: func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("Tus-Resumable"); return false }},
			want: map[string]Status{"creation": Fail}},
		{name: "Upload-Metadata is taken away", mend: "proxy_pass_request_headers",
			bend: bend{request: func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("Upload-Metadata"); return false }},
			want: map[string]Status{"request headers": Warn}},
		{name: "Upload-Length is hidden", mend: "proxy_hide_header",
			bend: bend{answer: func(r *http.Response) error { r.Header.Del("Upload-Length"); return nil }},
			want: map[string]Status{"response headers": Fail}},
		{name: "Location is hidden", mend: "proxy_hide_header",
			bend: bend{answer: func(r *http.Response) error { r.Header.Del("Location"); return nil }},
			want: map[string]Status{"creation": Fail}},
		{name: "Location is http behind TLS", tls: true, mend: "PAWL_PUBLIC_URL",
			bend: bend{answer: func(r *http.Response) error {
				if to := r.Header.Get("Location"); to != "" {
					r.Header.Set("Location", "http://"+r.Request.Host+to)
				}
				return nil
			}},
			want: map[string]Status{"location": Fail}},
		{name: "clock an hour off", mend: "NTP",
			bend: bend{answer: func(r *http.Response) error {
				r.Header.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
				return nil
			}},
			want: map[string]Status{"clock": Warn}},
		{name: "CORS set twice", mend: "PAWL_CORS_ORIGINS",
			bend: bend{answer: func(r *http.Response) error { r.Header.Add("Access-Control-Allow-Origin", origin); return nil }},
			want: map[string]Status{"CORS preflight": Fail, "CORS answers": Fail}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			handler, _ := newServer(t)
			server := behind(t, handler, tt.bend)
			if tt.tls {
				server.StartTLS()
			} else {
				server.Start()
			}
			r := examine(t, server, nil)
			got := r.faults()
			for name, status := range tt.want {
				if got[name] != status {
					t.Errorf("%s is %q, want %q", name, got[name], status)
				}
			}
			for name := range got {
				if _, wanted := tt.want[name]; !wanted {
					t.Errorf("%s is %s", name, got[name])
				}
			}
			if !strings.Contains(r.text(), tt.mend) {
				t.Errorf("%q is not named", tt.mend)
			}
			if t.Failed() {
				t.Log(r.text())
			}
		})
	}
}

// collect buffers a body completely before it is passed on.
func collect(_ http.ResponseWriter, r *http.Request) bool {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return true
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return false
}

func limit(w http.ResponseWriter, r *http.Request) bool {
	if r.ContentLength <= mib {
		return false
	}
	w.WriteHeader(http.StatusRequestEntityTooLarge)
	// Like proxies, it reads the remaining body.
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 16*mib))
	return true
}

func block(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodPatch && r.Method != http.MethodDelete {
		return false
	}
	w.WriteHeader(http.StatusMethodNotAllowed)
	return true
}

// TestWindows checks the windows of servers with known settings.
func TestWindows(t *testing.T) {
	for _, tt := range []struct {
		window int
		want   Status
	}{{128 << 10, Warn}, {4 << 20, OK}} {
		handler, _ := newServer(t)
		server := httptest.NewUnstartedServer(handler)
		server.EnableHTTP2 = true
		server.Config.HTTP2 = &http.HTTP2Config{MaxReceiveBufferPerConnection: tt.window, MaxReceiveBufferPerStream: tt.window}
		server.StartTLS()
		r := examine(t, server, nil)
		for _, f := range r.Findings {
			if f.Check == "HTTP/2" && (f.Status != tt.want || !strings.Contains(f.Seen, "Supported")) {
				t.Errorf("with windows of %d: %s %s", tt.window, f.Status, f.Seen)
			}
		}
		if got := r.faults()["HTTP/2"]; got != map[Status]Status{Warn: Warn}[tt.want] {
			t.Errorf("with windows of %d: %q", tt.window, got)
		}
	}
}

// TestUnreachable checks that an unreachable server is the only finding.
func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	r := examine(t, server, nil)
	if len(r.Findings) != 1 || !r.Failed() || r.Findings[0].Check != "reachable" {
		t.Errorf("findings:\n%s", r.text())
	}
}

// TestHostName checks that a server which does not accept the Host that reaches it is told
// from one that does not speak tus.
func TestHostName(t *testing.T) {
	handler, _ := newServer(t)
	inner := start(httptest.NewUnstartedServer(handler))
	t.Cleanup(inner.Close)
	target, err := url.Parse(inner.URL)
	check(t, err)
	server := start(httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = "files.example"
	}}))
	t.Cleanup(server.Close)
	r := examine(t, server, nil)
	if r.faults()["tus"] != Fail || !strings.Contains(r.text(), "PAWL_HOSTS") {
		t.Errorf("findings:\n%s", r.text())
	}
}

// TestUntrusted checks that an invalid certificate is the only finding.
func TestUntrusted(t *testing.T) {
	asked := false
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	r := examine(t, server, func(c *Config) { c.TLS = nil })
	if r.faults()["TLS"] != Fail || asked {
		t.Errorf("asked: %t, findings:\n%s", asked, r.text())
	}
}

// TestNoTus checks a server that does not support tus.
func TestNoTus(t *testing.T) {
	r := examine(t, httptest.NewServer(http.NotFoundHandler()), nil)
	if r.faults()["tus"] != Fail {
		t.Errorf("findings:\n%s", r.text())
	}
}

// TestReportHidesQuery checks that a report does not contain the query.
func TestReportHidesQuery(t *testing.T) {
	r := examine(t, start(httptest.NewUnstartedServer(http.NotFoundHandler())), func(c *Config) { c.Endpoint.RawQuery = "token=hunter2" })
	var out bytes.Buffer
	check(t, r.PrintJSON(&out))
	if text := r.text() + out.String(); strings.Contains(text, "hunter2") {
		t.Errorf("the query is shown:\n%s", text)
	}
}
