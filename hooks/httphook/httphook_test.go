package httphook_test

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pawl"
	"pawl/hooks/httphook"
)

var (
	now    = time.Date(2026, 11, 24, 5, 46, 35, 0, time.UTC)
	upload = pawl.Upload{
		ID: pawl.NewID(now), Owner: "ada", Name: "a.png", Length: 7, DeclaredType: "image/png",
		Metadata: map[string]string{"album": "summer"},
	}
	file = pawl.File{ID: upload.ID, Owner: "ada", Name: "a.png", Size: 7, MediaType: "image/png", SHA256: [32]byte{0xab}}
)

// service starts a service with the given handler, and returns a hook that uses it.
func service(t *testing.T, c httphook.Config, handler http.HandlerFunc) *httphook.Hook {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c.URL = server.URL + "/hook"
	return gate(t, c)
}

func gate(t *testing.T, c httphook.Config) *httphook.Hook {
	t.Helper()
	c.Log = slog.New(slog.DiscardHandler)
	c.Now = func() time.Time { return now }
	g, err := httphook.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestRequests(t *testing.T) {
	var got []string
	g := service(t, httphook.Config{}, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type")+"\n"+string(body))
		if r.Header.Get(httphook.SignatureHeader) != "" {
			t.Error("a request was signed without a secret")
		}
	})
	unknown := upload
	unknown.Length, unknown.Metadata = pawl.UnknownLength, nil
	for _, err := range []error{g.Begin(t.Context(), upload), g.Begin(t.Context(), unknown), g.Finish(t.Context(), file)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	head := `POST /hook application/json` + "\n"
	about := `"time":"2026-11-24T05:46:35Z",`
	id := string(upload.ID)
	want := []string{
		head + `{"event":"upload.create",` + about + `"upload":{"id":"` + id +
			`","owner":"ada","name":"a.png","length":7,"declared_type":"image/png","metadata":{"album":"summer"}}}`,
		head + `{"event":"upload.create",` + about + `"upload":{"id":"` + id +
			`","owner":"ada","name":"a.png","length":null,"declared_type":"image/png","metadata":{}}}`,
		head + `{"event":"upload.finish",` + about + `"file":{"id":"` + id +
			`","owner":"ada","name":"a.png","size":7,"declared_type":"","media_type":"image/png","sha256":"ab` +
			strings.Repeat("0", 62) + `","metadata":{}}}`,
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("request %d\ngot  %s\nwant %s", i, got[i], want[i])
		}
	}
}

func TestResponses(t *testing.T) {
	const plain = "the upload was rejected"
	tests := []struct {
		name        string
		status      int
		contentType string
		body        string
		want        pawl.Kind // empty if accepted
		message     string
	}{
		{"accepted", 200, "", "", "", ""},
		{"accepted without content", 204, "", "", "", ""},
		{"accepted with a long body", 200, "text/plain", strings.Repeat("yes ", 1<<20), "", ""},
		{"a message", 403, "application/json", `{"message":"the album is full"}`, pawl.Refused, "the album is full"},
		{"a message of no type", 422, "", `{"message":"the album is full"}`, pawl.Refused, "the album is full"},
		{"an empty message", 403, "application/json", `{}`, pawl.Refused, plain},
		{"a text", 400, "text/plain; charset=utf-8", "the album\n  is full\n", pawl.Refused, "the album is full"},
		{"a text with controls", 400, "text/plain", "a\x1b[31mb\x00c\xff\u202e", pawl.Refused, "a[31mbc"},
		{"an HTML page", 403, "text/html", "<h1>Forbidden</h1>", pawl.Refused, plain},
		{"an HTML page of another name", 403, "text/plain", " <h1>Forbidden</h1>", pawl.Refused, plain},
		{"nothing", 403, "", "", pawl.Refused, plain},
		{"a huge text", 400, "text/plain", strings.Repeat("ä", 1<<20), pawl.Refused, strings.Repeat("ä", 512)},
		{"a huge message", 400, "application/json", `{"message":"` + strings.Repeat("a", 1<<20) + `"}`, pawl.Refused, plain},
		{"a wrong path", 404, "text/plain", "404 page not found", pawl.Unavailable, ""},
		{"a busy service", 429, "", "", pawl.Unavailable, ""},
		{"a broken service", 500, "text/plain", "secret details", pawl.Unavailable, ""},
		{"a service behind a dead proxy", 502, "", "", pawl.Unavailable, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := service(t, httphook.Config{}, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.contentType)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			err := g.Begin(t.Context(), upload)
			checkError(t, err, tt.want, tt.message)
			checkError(t, g.Finish(t.Context(), file), tt.want, tt.message)
		})
	}
}

func checkError(t *testing.T, err error, want pawl.Kind, message string) {
	t.Helper()
	if got := pawl.KindOf(err); got != want {
		t.Fatalf("kind = %q (%v), want %q", got, err, want)
	}
	if want == "" {
		return
	}
	if want == pawl.Unavailable {
		message = "the upload cannot be checked at the moment: try again later"
	}
	var e *pawl.Error
	if e, _ = err.(*pawl.Error); e == nil || e.Message != message {
		t.Errorf("got  %v\nwant %s", err, message)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	followed := false
	g := service(t, httphook.Config{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/hook" {
			followed = true
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	checkError(t, g.Begin(t.Context(), upload), pawl.Unavailable, "")
	if followed {
		t.Error("the redirect was followed")
	}
}

// slow responds after a second, or when the client disconnects.
func slow(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice a disconnect
	select {
	case <-r.Context().Done():
	case <-time.After(time.Second):
	}
}

func TestSlowService(t *testing.T) {
	g := service(t, httphook.Config{Timeout: 20 * time.Millisecond}, slow)
	err := g.Begin(t.Context(), upload)
	checkError(t, err, pawl.Unavailable, "")
	if !strings.Contains(err.Error(), "no response within 20ms") {
		t.Errorf("the cause does not name the timeout: %v", err)
	}
}

func TestDownService(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	g := gate(t, httphook.Config{URL: server.URL})
	checkError(t, g.Begin(t.Context(), upload), pawl.Unavailable, "")
	checkError(t, g.Finish(t.Context(), file), pawl.Unavailable, "")
}

func TestFailOpen(t *testing.T) {
	down := service(t, httphook.Config{FailOpen: true}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
	})
	if err := down.Begin(t.Context(), upload); err != nil {
		t.Errorf("a service that is down stopped an upload: %v", err)
	}
	no := service(t, httphook.Config{FailOpen: true}, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no", http.StatusForbidden)
	})
	checkError(t, no.Begin(t.Context(), upload), pawl.Refused, "no")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := down.Begin(ctx, upload); err == nil {
		t.Error("an upload whose client has disconnected was accepted")
	}
}

// TestLogHidesURL checks that the log has only scheme and host of the URL.
func TestLogHidesURL(t *testing.T) {
	var log strings.Builder
	for _, open := range []bool{false, true} {
		g, err := httphook.New(httphook.Config{
			URL: "http://hunter2:hunter2@127.0.0.1:1/services/hunter2?token=hunter2#hunter2", FailOpen: open,
			Log: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = g.Begin(t.Context(), upload)
	}
	if got := log.String(); strings.Contains(got, "hunter2") || strings.Count(got, "url=http://127.0.0.1:1 ") != 2 {
		t.Errorf("logged %s", got)
	}
}

func TestSignature(t *testing.T) {
	g := service(t, httphook.Config{Secret: "s3cret"}, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		stamp := r.Header.Get(httphook.TimestampHeader)
		want := httphook.Sign("s3cret", stamp, body)
		if stamp != "1795499195" || !hmac.Equal([]byte(r.Header.Get(httphook.SignatureHeader)), []byte(want)) {
			http.Error(w, "a bad signature", http.StatusForbidden)
		}
		if !json.Valid(body) || strings.Contains(string(body), "s3cret") {
			http.Error(w, "a bad body", http.StatusForbidden)
		}
	})
	if err := g.Begin(t.Context(), upload); err != nil {
		t.Fatal(err)
	}
	// Computed with another program: printf '1.{}' | openssl dgst -sha256 -hmac s3cret
	const want = "v1=3aef069923b329162e71de34136b0ef6ee4b9253867069748da3fc3680c71406"
	if got := httphook.Sign("s3cret", "1", []byte("{}")); got != want {
		t.Errorf("Sign = %s, want %s", got, want)
	}
}

func TestConnectionsAreKept(t *testing.T) {
	peers := map[string]bool{}
	g := service(t, httphook.Config{}, func(w http.ResponseWriter, r *http.Request) {
		peers[r.RemoteAddr] = true
		_, _ = io.WriteString(w, "fine")
	})
	for range 5 {
		if err := g.Begin(t.Context(), upload); err != nil {
			t.Fatal(err)
		}
	}
	if len(peers) != 1 {
		t.Errorf("5 requests used %d connections", len(peers))
	}
}

func TestNewRejects(t *testing.T) {
	for _, url := range []string{"", "example.org", "ftp://example.org", "http://", "https:///path", "http://a b", "unix:/sock"} {
		if _, err := httphook.New(httphook.Config{URL: url}); err == nil {
			t.Errorf("New accepted the URL %q", url)
		}
	}
}
