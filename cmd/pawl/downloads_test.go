package main

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl/internal/testbed/s3test"
)

// put uploads a file with its creation, and returns its id.
func (r *running) put(name, mediaType string, content []byte) (id string) {
	r.t.Helper()
	encode := base64.StdEncoding.EncodeToString
	resp := r.do("POST", "/files/", bytes.NewReader(content), tusHeader, offsetStream, "Upload-Length: "+strconv.Itoa(len(content)),
		"Upload-Metadata: filename "+encode([]byte(name))+",filetype "+encode([]byte(mediaType)))
	if resp.StatusCode != http.StatusCreated {
		r.t.Fatalf("POST = %s", resp.Status)
	}
	return path.Base(resp.Header.Get("Location"))
}

func readBody(t *testing.T, resp *http.Response) []byte {
	t.Helper()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestRedirectToS3 follows redirects to a real S3 server.
func TestRedirectToS3(t *testing.T) {
	storage := s3test.Start(t)
	r := start(t, "--data-dir="+t.TempDir(), "--storage-url="+s3test.URL(storage.Address), "--downloads=redirect")
	page := []byte("<!doctype html><script>alert(1)</script>")
	picture := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 12<<20)...) // in more than one part
	for _, c := range []struct {
		name, mediaType string
		content         []byte
		want            string // Content-Type and Content-Disposition
	}{
		{"page.html", "text/html", page, `application/octet-stream attachment; filename="page.html"`},
		{"naïve.png", "image/png", picture, `image/png inline; filename="na_ve.png"; filename*=UTF-8''na%C3%AFve.png`},
		{"empty", "", nil, `application/octet-stream attachment; filename="empty"`},
		{"notes.md", "", []byte("# f\u00fcr alle\n"), `text/plain; charset=utf-8 inline; filename="notes.md"`},
	} {
		id := r.put(c.name, c.mediaType, c.content)
		at := "/api/v1/files/" + id + "/content"
		redirect := r.do("GET", at, nil)
		link, err := redirect.Location()
		if err != nil || redirect.StatusCode != http.StatusTemporaryRedirect || link.Host != storage.Address ||
			redirect.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%s: %s %v, %v", c.name, redirect.Status, redirect.Header, err)
		}
		resp, err := http.Get(link.String())
		if err != nil {
			t.Fatal(err)
		}
		got := resp.Header.Get("Content-Type") + " " + resp.Header.Get("Content-Disposition")
		if content := readBody(t, resp); resp.StatusCode != http.StatusOK || !bytes.Equal(content, c.content) || got != c.want {
			t.Errorf("%s: %s, %d bytes, %s", c.name, resp.Status, len(content), got)
		}
		_ = resp.Body.Close()
		for _, query := range []url.Values{{"response-content-type": {"text/html"}}, {"X-Amz-Expires": {"604800"}}} {
			checkRefused(t, *link, query)
		}
		if here := r.do("GET", at+"?redirect=false", nil); here.StatusCode != http.StatusOK || !bytes.Equal(readBody(t, here), c.content) {
			t.Errorf("%s, from Pawl: %s", c.name, here.Status)
		}
		if head := r.do("HEAD", at, nil); head.StatusCode != http.StatusOK || head.ContentLength != int64(len(c.content)) {
			t.Errorf("%s, HEAD: %s", c.name, head.Status)
		}
	}
}

// checkRefused checks that a modified link is rejected.
func checkRefused(t *testing.T, link url.URL, change url.Values) {
	t.Helper()
	query := link.Query()
	for name, values := range change {
		query[name] = values
	}
	link.RawQuery = query.Encode()
	resp, err := http.Get(link.String())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("a link with %v: %s", change, resp.Status)
	}
}

// TestRedirectToCDN checks redirects to a CDN in front of the bucket.
func TestRedirectToCDN(t *testing.T) {
	storage := s3test.Start(t)
	r := start(t, "--data-dir="+t.TempDir(), "--storage-url="+s3test.URL(storage.Address),
		"--cdn-url=https://cdn.example.org/files/", "--cdn-secret=hush")
	id := r.put("a.png", "image/png", []byte("\x89PNG\r\n\x1a\n"))
	if here := r.do("GET", "/files/"+id, nil); here.StatusCode != http.StatusOK {
		t.Errorf("not asked: %s", here.Status)
	}
	link := r.do("GET", "/files/"+id+"?redirect=true", nil).Header.Get("Location")
	if !strings.HasPrefix(link, "https://cdn.example.org/files/blobs/"+id[10:12]+"-"+id+"?expires=") {
		t.Errorf("it is at %s", link)
	}
}

func TestCDNLink(t *testing.T) {
	cdn, err := url.Parse("https://cdn.example.org/files")
	if err != nil {
		t.Fatal(err)
	}
	// The signature was computed by another program.
	const signature = "b3104202c1d6edee3254122403a3cfaf16dd0b26f3e57ac5a15c321dc5ffbbd9"
	for secret, want := range map[string]string{
		"":     "https://cdn.example.org/files/blobs/a%20b/0123",
		"hush": "https://cdn.example.org/files/blobs/a%20b/0123?expires=1800000000&signature=" + signature,
	} {
		if got := cdnLink(cdn, secret, "blobs/a b/0123", time.Unix(1_800_000_000, 0)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestDownloadSettings(t *testing.T) {
	const bucket = "--storage-url=s3://bucket?region=r"
	for _, c := range []struct {
		flags []string
		fault string // empty for none
	}{
		{[]string{"--downloads=redirect", bucket}, ""},
		{[]string{"--cdn-url=https://cdn.example.org/files", "--cdn-secret=s", bucket}, ""},
		{[]string{"--downloads=redirect"}, "PAWL_DOWNLOADS (--downloads): redirect requires S3"},
		{[]string{"--downloads=elsewhere"}, "is not one of proxy, redirect"},
		{[]string{"--cdn-url=https://cdn.example.org"}, "PAWL_CDN_URL (--cdn-url): requires S3"},
		{[]string{"--cdn-secret=s", bucket}, "PAWL_CDN_SECRET (--cdn-secret): requires PAWL_CDN_URL"},
		{[]string{"--cdn-url=cdn.example.org", bucket}, "must consist of scheme, host"},
		{[]string{"--cdn-url=https://user:hush@cdn.example.org", bucket}, "must consist of scheme, host"},
		{[]string{"--cdn-url=https://cdn.example.org?a=b", bucket}, "must consist of scheme, host"},
	} {
		a := &app{}
		if _, err := a.commandLine(append([]string{"serve"}, c.flags...)); err != nil {
			t.Fatal(err)
		}
		_, err := a.config()
		switch {
		case c.fault == "" && err != nil:
			t.Errorf("%v: %v", c.flags, err)
		case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault) || strings.Contains(err.Error(), "hush")):
			t.Errorf("%v: %v, want %s", c.flags, err, c.fault)
		}
	}
}
