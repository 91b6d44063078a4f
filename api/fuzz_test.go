package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pawl"
)

var (
	idPattern   = regexp.MustCompile(`\A[0-9a-v]{36}\z`)
	unprintable = regexp.MustCompile(`[^ -~]`)
	oneRange    = regexp.MustCompile(`^bytes=([0-9]{0,9})-([0-9]{0,9})$`)
)

const someID = "0123456789abcdefghijklmnopqrstuv0123"

// FuzzCursor parses arbitrary cursors.
func FuzzCursor(f *testing.F) {
	for _, c := range []cursor{
		{Query: "q", ID: someID}, {Query: "q", ID: someID, Time: 1 << 60}, {Query: "q", ID: someID, Name: "ü"}, {Query: "q", ID: someID, Size: -1},
		{Query: "other", ID: someID}, {Query: "q", ID: "../x"}, {Query: "q", ID: someID, Name: "a\x00b"}, {Query: "q", ID: someID, Name: strings.Repeat("x", 9000)},
	} {
		f.Add(c.String())
	}
	for _, seed := range []string{"", "e30", "bnVsbA", "eyJxIjoicSJ9", "!!!!", "eyJxIjoicSIsImkiOjF9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCursor(text, "q")
		if err != nil {
			if pawl.KindOf(err) != pawl.Invalid {
				t.Errorf("%q is refused with kind %s", text, pawl.KindOf(err))
			}
			return
		}
		if !idPattern.MatchString(c.ID) || c.Query != "q" {
			t.Errorf("%q is accepted as %+v", text, c)
		}
		if !utf8.ValidString(c.Name) || strings.ContainsRune(c.Name, 0) {
			t.Errorf("the name %q is none a database would take", c.Name)
		}
		if again, err := parseCursor(c.String(), "q"); err != nil || again != c {
			t.Errorf("%+v is read again as %+v, %v", c, again, err)
		}
		if _, err := parseCursor(text, "another"); err == nil {
			t.Errorf("%q is good in two queries", text)
		}
	})
}

func FuzzDispositionRoundTrip(f *testing.F) {
	for _, seed := range []string{"a.png", `quo"te\;.txt`, "100%41.txt", "naïve €.txt", "a\r\nX: 1", "exe\u202egnp.exe", "..", "bad\xff", "日本", "a'b*c", strings.Repeat("é", 512)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		value := disposition("attachment", name)
		kind, params, err := mime.ParseMediaType(value)
		if err != nil || kind != "attachment" || params["filename"] != savedName(name) {
			t.Errorf("%q is told as %q: %q, %v", name, value, params, err)
		}
		if pawl.CheckName(pawl.CleanName(name)) == nil && len(value) > 8<<10 {
			t.Errorf("a name of %d bytes takes %d", len(name), len(value))
		}
		if unprintable.MatchString(value) {
			t.Errorf("%q is told as %q", name, value)
		}
	})
}

// FuzzRange requests ranges of a file of 100 bytes.
func FuzzRange(f *testing.F) {
	for _, seed := range []string{
		"bytes=0-0", "bytes=0-", "bytes=99-", "bytes=100-", "bytes=-1", "bytes=-0", "bytes=-100", "bytes=-101", "bytes=5-4", "bytes=0-9,20-29", "bytes= 1 - 2 ",
		"bytes=" + strings.Repeat("0-0,", 16) + "0-0", "bytes=" + strings.Repeat(",", 100), "bytes=9223372036854775807-", "bytes=-9223372036854775808", "bytes=0-18446744073709551616",
		"bits=0-1", "", "bytes", "bytes=", "bytes=-", "bytes=+1-2", "bytes=-00", "bytes= -0", "bytes=-0,-0", "bytes=- 0", "bytes=-\t+0",
	} {
		f.Add(seed)
	}
	whole := make([]byte, 100)
	for i := range whole {
		whole[i] = byte(i)
	}
	f.Fuzz(func(t *testing.T, asked string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Range", asked)
		w := httptest.NewRecorder()
		http.ServeContent(w, withSaneRange(r, int64(len(whole))), "x.bin", time.Time{}, bytes.NewReader(whole))
		answer := w.Result()
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch contentRange := answer.Header.Get("Content-Range"); answer.StatusCode {
		case http.StatusOK:
			if !bytes.Equal(body, whole) {
				t.Errorf("%q is answered with %d bytes for the whole", asked, len(body))
			}
		case http.StatusPartialContent:
			if len(body) > 100+200*maxRanges {
				t.Errorf("%q is answered with %d bytes", asked, len(body))
			}
			if contentRange != "" {
				wantSlice(t, asked, contentRange, body, whole)
			} else {
				wantSlices(t, asked, answer.Header.Get("Content-Type"), body, whole)
			}
		case http.StatusRequestedRangeNotSatisfiable:
		default:
			t.Errorf("%q is answered with %d", asked, answer.StatusCode)
		}
	})
}

// wantSlices compares the ranges of a multipart response with the content.
func wantSlices(t *testing.T, asked, contentType string, body, whole []byte) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/byteranges" {
		t.Fatalf("%q is answered with %q", asked, contentType)
	}
	for parts := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%q is answered with a broken body: %v", asked, err)
		}
		slice, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		wantSlice(t, asked, part.Header.Get("Content-Range"), slice, whole)
	}
}

// wantSlice compares the single range of a response with the request, parsed
// independently, and with the content.
func wantSlice(t *testing.T, asked, contentRange string, body, whole []byte) {
	t.Helper()
	var from, to, size int
	if _, err := fmt.Sscanf(contentRange, "bytes %d-%d/%d", &from, &to, &size); err != nil || from < 0 || from > to || to >= size || size != len(whole) {
		t.Fatalf("%q is answered with the range %q", asked, contentRange)
	}
	if !bytes.Equal(body, whole[from:to+1]) {
		t.Errorf("%q is answered with other bytes than %q", asked, contentRange)
	}
	m := oneRange.FindStringSubmatch(asked)
	if m == nil {
		return
	}
	first, errFirst := strconv.Atoi(m[1])
	last, errLast := strconv.Atoi(m[2])
	switch {
	case errFirst != nil: // the last so many
		first, last = max(0, size-last), size-1
	case errLast != nil:
		last = size - 1
	}
	if from != first || to != min(last, size-1) {
		t.Errorf("%q is answered with the range %q", asked, contentRange)
	}
}
