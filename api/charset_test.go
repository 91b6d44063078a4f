package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"pawl"
)

func TestCharset(t *testing.T) {
	long := strings.Repeat("x", pawl.HeadBytes-1)
	for _, c := range []struct{ name, head, declared, want string }{
		{"nothing", "", "", "utf-8"},
		{"ASCII", "abc", "text/plain", "utf-8"},
		{"ASCII, and more is declared", "abc", "text/plain; charset=Windows-1252", "windows-1252"},
		{"ASCII, declared to be UTF-16", "abc", "text/plain; charset=utf-16le", "utf-8"},
		{"UTF-8", "für", "", "utf-8"},
		{"UTF-8, declared otherwise", "für", "text/plain; charset=windows-1252", "utf-8"},
		{"UTF-8 with a mark", "\xef\xbb\xbfabc", "text/plain; charset=windows-1252", "utf-8"},
		{"UTF-8 cut within a rune", long + "\xc3", "", "utf-8"},
		{"UTF-8 that ends within a rune", "f\xc3", "", ""},
		{"Latin-1, not declared", "\xc4\xd6\xdc", "text/plain", ""},
		{"Latin-1, declared", "\xc4\xd6\xdc", "text/plain; charset=ISO-8859-1", "iso-8859-1"},
		{"Latin-1 up to the cut", long[1:] + "\xdc\xdc", "", ""},
		{"Latin-1, declared to be UTF-8", "\xc4\xd6\xdc", "text/plain; charset=utf-8", ""},
		{"Latin-1, declared to be nonsense", "\xc4\xd6\xdc", `text/plain; charset="x; y\"<"`, ""},
		{"UTF-16, little end first", "\xff\xfea\x00", "", "utf-16"},
		{"UTF-16, big end first", "\xfe\xff\x00a", "text/plain; charset=utf-8", "utf-16"},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", "", ""},
	} {
		if got := charsetOf([]byte(c.head), c.declared); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTextOfFiles(t *testing.T) {
	h := newHarness(t)
	for _, c := range []struct{ name, declared, content, mediaType, contentType string }{
		{"a.txt", "text/plain", "für", "text/plain", "text/plain; charset=utf-8"},
		{"a.txt", "text/plain; charset=windows-1252", "\xc4\xd6\xdc", "text/plain", "text/plain; charset=windows-1252"},
		{"a.txt", "text/plain", "\xc4\xd6\xdc", "text/plain", "text/plain"},
		{"a.txt", "", "\xff\xfea\x00", "text/plain", "text/plain; charset=utf-16"},
		{"README.md", "", "# für", "text/markdown", "text/plain; charset=utf-8"},
		{"a.csv", "application/vnd.ms-excel", "a;b\nf\xfcr;2\n", "text/csv", "text/plain"},
		{"main.go", "", "package main\n", "text/x-go", "text/plain; charset=utf-8"},
		{"empty.txt", "text/plain", "", "text/plain", "text/plain; charset=utf-8"},
		{"a.js", "text/javascript", "alert(1)", "text/plain", "text/plain; charset=utf-8"},
	} {
		f := h.put(c.name, c.declared, c.content)
		if f.MediaType != c.mediaType || f.TypeMismatch && c.declared != "text/javascript" {
			t.Errorf("%s declared %q is stored as %s, mismatch %t", c.name, c.declared, f.MediaType, f.TypeMismatch)
		}
		for _, method := range []string{"GET", "HEAD"} {
			resp, body := h.do(method, "/api/v1/files/"+f.ID+"/content", "")
			if got := resp.Header.Get("Content-Type"); got != c.contentType || method == "GET" && body != c.content {
				t.Errorf("%s %s is sent as %s: %q", method, c.name, got, body)
			}
		}
		etag := `"` + f.ID + `"`
		if resp, _ := h.do("GET", "/files/"+f.ID, "", "If-None-Match", etag); resp.StatusCode != 304 {
			t.Errorf("%s: %s", c.name, resp.Status)
		}
	}
}

// onlyOnce is a source that counts the bytes read and has no ReadAt, like that of S3.
type onlyOnce struct {
	src   *bytes.Reader
	given int
	moves int
}

func (o *onlyOnce) Read(p []byte) (int, error) {
	n, err := o.src.Read(p)
	o.given += n
	return n, err
}

func (o *onlyOnce) Seek(offset int64, whence int) (int64, error) {
	o.moves++
	return o.src.Seek(offset, whence)
}

func TestPeek(t *testing.T) {
	content := []byte(strings.Repeat("0123456789", 1000))
	src := &onlyOnce{src: bytes.NewReader(content)}
	head, all, err := peek(src, int64(len(content)))
	check(t, err)
	if !bytes.Equal(head, content[:pawl.HeadBytes]) {
		t.Errorf("the head has %d bytes", len(head))
	}
	if size, err := all.Seek(0, io.SeekEnd); err != nil || size != int64(len(content)) {
		t.Errorf("the size is %d, %v", size, err)
	}
	_, err = all.Seek(0, io.SeekStart)
	check(t, err)
	if got, err := io.ReadAll(all); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if src.given != len(content) || src.moves != 0 {
		t.Errorf("the source gave %d bytes of %d, and was moved %d times", src.given, len(content), src.moves)
	}

	_, all, err = peek(&onlyOnce{src: bytes.NewReader(content)}, int64(len(content)))
	check(t, err)
	check(t, iotest.TestReader(all, content))
}

// TestFilesLeaveBySendfile checks that an io.ReaderAt is returned unwrapped.
func TestFilesLeaveBySendfile(t *testing.T) {
	src := bytes.NewReader([]byte("für"))
	head, all, err := peek(src, 4)
	if err != nil || string(head) != "für" || all != io.ReadSeeker(src) || src.Len() != 4 {
		t.Errorf("%q, %d bytes left, %v", head, src.Len(), err)
	}
}

func TestWhoHasTheFileCostsNoRead(t *testing.T) {
	f := pawl.File{ID: someID, MediaType: "text/plain", Size: 4}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	away := struct {
		io.Reader
		io.Seeker
	}{iotest.ErrReader(errors.New("read")), nil}
	if _, _, err := presentationOf(r, f, away); err == nil {
		t.Error("the first bytes of a text are not read")
	}
	r.Header.Set("If-None-Match", `W/`+etag(f))
	if _, _, err := presentationOf(r, f, away); err != nil {
		t.Error(err)
	}
	r.Header.Del("If-None-Match")
	f.MediaType = "image/png"
	if _, _, err := presentationOf(r, f, away); err != nil {
		t.Error(err)
	}
}
