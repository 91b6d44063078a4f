package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"pawl/internal/testbed/postgrestest"
)

// TestTextThatIsNone sends invalid text in URLs, headers and bodies, with both databases:
// it must not cause an internal error.
func TestTextThatIsNone(t *testing.T) {
	for name, flags := range map[string][]string{
		"SQLite":     nil,
		"PostgreSQL": {"--database-url=" + postgrestest.URL(t)},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, append(flags, "--data-dir="+t.TempDir())...)
			upload := r.create("5")
			file := r.create("5")
			r.do("PATCH", file, strings.NewReader("hello"), tusHeader, offsetStream, "Upload-Offset: 0")
			r.nonsenseInURLs(upload, file)
			r.nonsenseInHeaders(upload, file)
			r.nonsenseInBodies(file)
			if resp := r.do("GET", file, nil); resp.StatusCode != http.StatusOK {
				t.Errorf("the file afterwards: %s", resp.Status)
			}
		})
	}
}

// noText are strings that PostgreSQL does not accept.
var noText = []string{"\x00", "\xff", "a\x00b", "caf\xe9", "\xed\xa0\x80", "\xf4\x90\x80\x80"}

func (r *running) nonsenseInURLs(upload, file string) {
	for _, text := range noText {
		text = percent(text)
		for _, query := range []string{"q", "type", "state", "cursor", "created_after", "created_before", "sort", "order", "limit"} {
			r.sane("GET", "/api/v1/files?"+query+"="+text, "")
			r.sane("GET", "/api/v1/files/totals?"+query+"="+text, "")
		}
		r.sane("GET", "/api/v1/files?q=a%20"+text, "")
		r.sane("GET", "/api/v1/files?type=image/"+text, "")
		r.sane("GET", "/api/v1/uploads?cursor="+text, "")
		r.sane("GET", "/api/v1/stats?from="+text+"&to="+text, "")
		for _, method := range []string{"GET", "HEAD", "DELETE", "PATCH", "POST", "OPTIONS"} {
			for _, path := range []string{"/api/v1/files/", "/api/v1/uploads/", "/files/", "/api/"} {
				r.sane(method, path+text, "{}", "Content-Type: application/json")
			}
			r.sane(method, "/api/v1/files/"+text+"/content", "")
			r.sane(method, "/files/"+text, "", tusHeader, offsetStream, "Upload-Offset: 0")
		}
		for _, path := range []string{upload, file} {
			r.sane("HEAD", path+"?token="+text, "", tusHeader)
			r.sane("GET", path+"?download="+text+"&redirect="+text, "")
		}
	}
}

// percent returns text with every byte percent-encoded.
func percent(text string) (encoded string) {
	for i := range len(text) {
		encoded += fmt.Sprintf("%%%02x", text[i])
	}
	return encoded
}

func (r *running) nonsenseInHeaders(upload, file string) {
	for _, text := range noText {
		if strings.Contains(text, "\x00") {
			continue // net/http refuses it, on either side
		}
		for _, header := range []string{
			"Upload-Metadata", "Upload-Concat", "Upload-Checksum", "Upload-Offset", "Upload-Length", "Upload-Defer-Length",
			"Repr-Digest", "Content-Type", "X-HTTP-Method-Override", "Tus-Resumable", "X-Request-Id", "X-Forwarded-Prefix",
			"X-Forwarded-For", "X-Forwarded-Host", "Last-Event-ID", "Range", "If-None-Match", "If-Match", "If-Range",
			"Accept", "Accept-Encoding", "Origin", "Authorization", "Expect",
		} {
			for _, line := range []string{header + ": " + text, header + ": final;/files/" + text + "/files/x", header + ": a " + text, header + ": final;http://x" + text + upload} {
				r.sane("POST", "/files/", "hello", tusHeader, offsetStream, "Upload-Length: 5", line)
				r.sane("PATCH", upload, "", tusHeader, offsetStream, "Upload-Offset: 0", line)
				r.sane("HEAD", upload, "", tusHeader, line)
				r.sane("GET", file, "", line)
				r.sane("GET", "/api/v1/files", "", line)
				r.sane("GET", "/api/v1/events", "", line)
			}
		}
	}
}

func (r *running) nonsenseInBodies(file string) {
	_, id, _ := strings.Cut(file, "/files/")
	for _, text := range append(noText, `\u0000`, `\ud800`) {
		r.sane("PATCH", "/api/v1/files/"+id, `{"name":"`+text+`"}`, "Content-Type: application/json")
		r.sane("PATCH", "/api/v1/files/"+id, `{"metadata":{"`+text+`":"x"}}`, "Content-Type: application/json")
		r.sane("PATCH", "/api/v1/files/"+id, `{"metadata":{"x":"`+text+`"}}`, "Content-Type: application/json")
		r.sane("POST", "/api/v1/files/delete", `{"ids":["`+text+`"]}`, "Content-Type: application/json")
		encoded := base64.StdEncoding.EncodeToString([]byte(text))
		for _, key := range []string{"filename", "filetype", "relativePath", "sha256", "x"} {
			r.sane("POST", "/files/", "hello", tusHeader, offsetStream, "Upload-Length: 5", "Upload-Metadata: "+key+" "+encoded)
		}
	}
}

// sane checks that the response is not an internal error.
func (r *running) sane(method, path, body string, header ...string) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	defer cancel() // ends an event stream
	req, err := http.NewRequestWithContext(ctx, method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, line := range header {
		key, value, _ := strings.Cut(line, ": ")
		req.Header.Set(key, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		r.t.Fatalf("%s %s %q: %v", method, path, header, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 500 {
		text, _ := io.ReadAll(resp.Body)
		r.t.Errorf("%s %s %q %q: %s %s", method, path, header, body, resp.Status, text)
	}
}
