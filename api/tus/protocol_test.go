package tus_test

import (
	"io"
	"maps"
	"strings"
	"testing"

	"pawl"
)

// The names of the tests follow the sections of the tus 1.0 text.

func TestOptions(t *testing.T) {
	s := start(t, maxSize(1<<30))
	s.do("OPTIONS", "/files/", nil, "Tus-Resumable:").want(t, 204).
		wantHeader(t, "Tus-Version", "1.0.0").
		wantHeader(t, "Tus-Max-Size", "1073741824").
		wantHeader(t, "Tus-Extension", "creation,creation-with-upload,creation-defer-length,termination,concatenation,concatenation-unfinished,checksum,checksum-trailer")
}

func TestVersion(t *testing.T) {
	s := start(t)
	path := s.create(5)
	for _, method := range []string{"POST", "HEAD", "PATCH", "DELETE"} {
		target := path
		if method == "POST" {
			target = "/files/"
		}
		for _, line := range []string{"Tus-Resumable:", "Tus-Resumable: 0.2.2"} {
			lines := []string{line, "Upload-Length: 5", stream, offset(0)}
			if line != "Tus-Resumable:" {
				lines = append([]string{"Tus-Resumable:"}, lines...)
			}
			s.do(method, target, nil, lines...).want(t, 412).wantHeader(t, "Tus-Version", "1.0.0")
		}
	}
	s.wantOffset(path, 0)
}

func TestMethodOverride(t *testing.T) {
	s := start(t)
	path := s.create(5)
	for _, real := range []string{"POST", "PUT", "GET"} {
		s.do(real, path, nil, "X-HTTP-Method-Override: head").want(t, 200)
	}
	s.do("PUT", path, strings.NewReader("hello"), "X-HTTP-Method-Override: patch", stream, offset(0)).want(t, 204)
	s.wantFile(path, "hello")
	s.do("POST", path, nil, "X-HTTP-Method-Override: DELETE").want(t, 204)
	s.wantNothing()
	s.do("POST", path, nil, "X-HTTP-Method-Override: BREW").want(t, 405)
	s.do("PUT", "/files/", nil, "X-HTTP-Method-Override: post", "Upload-Length: 5").want(t, 201)
}

func TestMethods(t *testing.T) {
	s := start(t)
	path := s.create(5)
	s.do("PUT", path, nil).want(t, 405).wantHeader(t, "Allow", "DELETE, GET, HEAD, OPTIONS, PATCH")
	s.do("POST", path, nil, "Upload-Length: 5").want(t, 405)
	s.do("PATCH", "/files/", nil).want(t, 405).wantHeader(t, "Allow", "OPTIONS, POST")
	if text := s.do("GET", path, nil).want(t, 200).text; text != "a download" {
		t.Errorf("GET answered %q", text)
	}
}

func TestHead(t *testing.T) {
	s := start(t)
	metadata := "filename " + encoded("Übung.txt") + ",note,filetype " + encoded("text/plain")
	path := s.create(11, "Upload-Metadata: "+metadata)
	for _, body := range []string{"", "hello ", "world"} {
		at := map[string]int{"": 0, "hello ": 0, "world": 6}[body]
		s.patch(path, at, body).want(t, 204)
		r := s.do("HEAD", path, nil).want(t, 200).
			wantHeader(t, "Upload-Length", "11").
			wantHeader(t, "Upload-Metadata", metadata).
			wantHeader(t, "Cache-Control", "no-store").
			wantHeader(t, "Tus-Resumable", "1.0.0")
		if r.ContentLength > 0 {
			t.Errorf("HEAD has Content-Length %d", r.ContentLength)
		}
	}
	f := s.wantFile(path, "hello world")
	if f.Name != "Übung.txt" || f.DeclaredType != "text/plain" || len(f.Metadata) != 1 {
		t.Errorf("the file is %q, %q, %v", f.Name, f.DeclaredType, f.Metadata)
	}
}

func TestPatch(t *testing.T) {
	s := start(t)
	content := noise(1, 3<<20)
	path := s.create(len(content))
	for at := 0; at < len(content); at += 1 << 20 {
		s.patch(path, at, content[at:at+1<<20]).want(t, 204)
		s.wantOffset(path, at+1<<20)
	}
	s.wantFile(path, content)
	s.patch(path, len(content), "").want(t, 204) // said again by a client that missed the answer
	s.patch(path, len(content), "more").want(t, 413)
	s.patch(path, 0, "other").want(t, 409)
	s.wantFile(path, content)
}

func TestPatchRefusals(t *testing.T) {
	s := start(t)
	path := s.create(10)
	s.patch(path, 0, "01234").want(t, 204)
	for name, test := range map[string]struct {
		status int
		lines  []string
	}{
		"wrong offset":               {409, []string{stream, offset(4)}},
		"negative offset":            {400, []string{stream, offset(-1)}},
		"signed offset":              {400, []string{stream, "Upload-Offset: +5"}},
		"huge offset":                {400, []string{stream, "Upload-Offset: 99999999999999999999"}},
		"no offset":                  {400, []string{stream}},
		"two offsets":                {400, []string{stream, offset(5), offset(6)}},
		"another type":               {415, []string{"Content-Type: text/plain", offset(5)}},
		"no type":                    {415, []string{offset(5)}},
		"too long":                   {413, []string{stream, offset(5)}},
		"another length":             {400, []string{stream, offset(5), "Upload-Length: 11"}},
		"a length that is no number": {400, []string{stream, offset(5), "Upload-Length: ten"}},
	} {
		t.Run(name, func(t *testing.T) {
			s.do("PATCH", path, strings.NewReader("567890"), test.lines...).want(t, test.status)
			s.wantOffset(path, 5)
		})
	}
	s.do("PATCH", path, strings.NewReader("56789"), "Content-Type: application/offset+octet-stream; charset=binary", offset(5)).want(t, 204)
	s.wantFile(path, "0123456789")
}

// chunkedBody hides the length of a body, so that it is sent in chunks.
func chunkedBody(text string) io.Reader { return struct{ io.Reader }{strings.NewReader(text)} }

func TestChunkedBodyLongerThanTheUpload(t *testing.T) {
	s := start(t)
	for _, excess := range []string{"x", noise(3, 2<<20)} {
		path := s.create(10)
		s.do("PATCH", path, chunkedBody("0123456789"+excess), stream, offset(0)).want(t, 413)
		r := s.do("HEAD", path, nil).want(t, 200)
		if r.Header.Get("Upload-Offset") == "10" {
			t.Error("a body that is too long completed its upload")
		}
		if _, err := s.store.File(t.Context(), idOf(path)); err == nil {
			t.Error("a body that is too long made a file")
		}
	}
}

func TestChunkedBody(t *testing.T) {
	s := start(t)
	path := s.create(10)
	s.do("PATCH", path, chunkedBody("01234"), stream, offset(0)).want(t, 204).wantHeader(t, "Upload-Offset", "5")
	s.do("PATCH", path, chunkedBody("56789"), stream, offset(5)).want(t, 204)
	s.wantFile(path, "0123456789")
	s.do("PATCH", path, chunkedBody("x"), stream, offset(10)).want(t, 413)
	s.do("PATCH", path, chunkedBody(""), stream, offset(10)).want(t, 204)
}

func TestCreation(t *testing.T) {
	s := start(t, maxSize(100))
	for name, test := range map[string]struct {
		status int
		lines  []string
	}{
		"plain":             {201, []string{"Upload-Length: 100"}},
		"no length":         {400, nil},
		"negative":          {400, []string{"Upload-Length: -1"}},
		"signed":            {400, []string{"Upload-Length: +5"}},
		"not a number":      {400, []string{"Upload-Length: 5 bytes"}},
		"huge":              {400, []string{"Upload-Length: 9223372036854775808"}},
		"over the maximum":  {413, []string{"Upload-Length: 101"}},
		"twice":             {400, []string{"Upload-Length: 5", "Upload-Length: 6"}},
		"both lengths":      {400, []string{"Upload-Length: 5", "Upload-Defer-Length: 1"}},
		"defer 2":           {400, []string{"Upload-Defer-Length: 2"}},
		"unknown concat":    {400, []string{"Upload-Length: 5", "Upload-Concat: whole"}},
		"empty final":       {400, []string{"Upload-Concat: final;"}},
		"final of nothing":  {404, []string{"Upload-Concat: final;/files/x"}},
		"final elsewhere":   {400, []string{"Upload-Concat: final;/etc/passwd"}},
		"bad base64":        {400, []string{"Upload-Length: 5", "Upload-Metadata: filename !!!"}},
		"three tokens":      {400, []string{"Upload-Length: 5", "Upload-Metadata: filename YQ== YQ=="}},
		"empty key":         {400, []string{"Upload-Length: 5", "Upload-Metadata: filename YQ==,,note YQ=="}},
		"key twice":         {400, []string{"Upload-Length: 5", "Upload-Metadata: a YQ==,a Yg=="}},
		"foreign key":       {400, []string{"Upload-Length: 5", "Upload-Metadata: ключ YQ=="}},
		"a long name":       {400, []string{"Upload-Length: 5", "Upload-Metadata: filename " + encoded(strings.Repeat("é", 513))}},
		"a join of no text": {400, []string{"Upload-Concat: final;http://x\xff/files/" + strings.Repeat("0", 36)}},
		"9 KiB of metadata": {400, []string{"Upload-Length: 5", "Upload-Metadata: a " + encoded(strings.Repeat("x", 9<<10))}},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.do("POST", "/files/", nil, test.lines...).want(t, test.status)
			if made := r.Header.Get("Location") != ""; made != (test.status == 201) {
				t.Errorf("Location: %q", r.Header.Get("Location"))
			}
			if test.status == 201 {
				s.do("DELETE", r.Header.Get("Location"), nil).want(t, 204)
			}
			s.wantNothing()
		})
	}
}

func TestCreationWithUpload(t *testing.T) {
	for name, size := range map[string]int{"empty": 0, "small": 1000, "as large as is put whole": 256 << 10, "large": 5<<20 + 1} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			content := noise(uint64(size), size)
			r := s.do("POST", "/files/", strings.NewReader(content), stream, "Upload-Length: "+itoa(size)).want(t, 201).
				wantHeader(t, "Upload-Offset", itoa(size))
			s.wantFile(r.Header.Get("Location"), content)
			s.wantOffset(r.Header.Get("Location"), size)
		})
	}
	t.Run("in part", func(t *testing.T) {
		s := start(t)
		r := s.do("POST", "/files/", strings.NewReader("hello "), stream, "Upload-Length: 11").want(t, 201).
			wantHeader(t, "Upload-Offset", "6")
		s.patch(r.Header.Get("Location"), 6, "world").want(t, 204)
		s.wantFile(r.Header.Get("Location"), "hello world")
	})
	t.Run("of the wrong type", func(t *testing.T) {
		s := start(t)
		s.do("POST", "/files/", strings.NewReader("hello"), "Content-Type: text/plain", "Upload-Length: 5").want(t, 415)
		s.do("POST", "/files/", chunkedBody("hello"), "Upload-Length: 5").want(t, 415)
		s.wantNothing()
		s.do("POST", "/files/", chunkedBody(""), "Content-Type: text/plain", "Upload-Length: 5").want(t, 201)
	})
	t.Run("that is too long", func(t *testing.T) {
		s := start(t)
		for _, size := range []int{10, 400 << 10} {
			s.do("POST", "/files/", strings.NewReader(noise(1, size+1)), stream, "Upload-Length: "+itoa(size)).want(t, 413)
			s.do("POST", "/files/", chunkedBody(noise(1, size+1)), stream, "Upload-Length: "+itoa(size)).want(t, 413)
		}
		s.wantNothing()
	})
}

func TestEmptyUpload(t *testing.T) {
	s := start(t)
	path := s.create(0)
	s.wantFile(path, "")
	s.wantOffset(path, 0)
}

func TestCreationDeferLength(t *testing.T) {
	s := start(t, maxSize(20))
	r := s.do("POST", "/files/", nil, "Upload-Defer-Length: 1").want(t, 201)
	path := r.Header.Get("Location")
	s.do("HEAD", path, nil).want(t, 200).wantHeader(t, "Upload-Defer-Length", "1").wantHeader(t, "Upload-Length", "")
	s.patch(path, 0, "hello ").want(t, 204)
	s.patch(path, 6, "w", "Upload-Length: 5").want(t, 400)
	s.patch(path, 6, "w", "Upload-Length: 21").want(t, 413)
	s.patch(path, 6, "wor", "Upload-Length: 11").want(t, 204)
	s.do("HEAD", path, nil).want(t, 200).wantHeader(t, "Upload-Defer-Length", "").wantHeader(t, "Upload-Length", "11")
	s.patch(path, 9, "l", "Upload-Length: 12").want(t, 400)
	s.patch(path, 9, "ld", "Upload-Length: 11").want(t, 204) // the same again is fine
	s.wantFile(path, "hello world")
}

func TestDeferredLengthOverTheMaximum(t *testing.T) {
	s := start(t, maxSize(20))
	for _, send := range []func(path string) reply{
		func(path string) reply { return s.patch(path, 0, noise(1, 21)) },
		func(path string) reply { return s.do("PATCH", path, chunkedBody(noise(1, 3<<20)), stream, offset(0)) },
	} {
		path := s.do("POST", "/files/", nil, "Upload-Defer-Length: 1").want(t, 201).Header.Get("Location")
		send(path).want(t, 413)
		s.do("HEAD", path, nil).want(t, 404)
	}
	s.do("POST", "/files/", strings.NewReader(noise(1, 21)), stream, "Upload-Defer-Length: 1").want(t, 413)
	s.wantNothing()
}

func TestTermination(t *testing.T) {
	s := start(t)
	unfinished, finished := s.create(10), s.create(5)
	s.patch(unfinished, 0, "01234").want(t, 204)
	s.patch(finished, 0, "hello").want(t, 204)
	for _, path := range []string{unfinished, finished} {
		s.do("DELETE", path, nil).want(t, 204)
		s.do("HEAD", path, nil).want(t, 404)
		s.do("DELETE", path, nil).want(t, 404)
		s.patch(path, 5, "56789").want(t, 404)
	}
	s.wantNothing()
}

func TestIDs(t *testing.T) {
	s := start(t)
	path := s.create(5)
	id := string(idOf(path))
	for _, bad := range []string{
		"x", "..", "../etc/passwd", "%2e%2e%2fpawl.db", "a%00b", strings.ToUpper(id), id + "/", id + "x", "x/" + id, id[:35],
		"/" + id, strings.Repeat("0", 36), strings.Repeat("a", 5000),
	} {
		for _, method := range []string{"HEAD", "PATCH", "DELETE"} {
			r := s.do(method, "/files/"+bad, nil, stream, offset(0))
			if r.StatusCode != 404 {
				t.Errorf("%s of id %.50q: %d, want 404", method, bad, r.StatusCode)
			}
			if strings.Contains(r.text, "/") {
				t.Errorf("the answer tells of %q", r.text)
			}
		}
	}
	s.wantOffset(path, 0)
}

func TestLocationBehindProxies(t *testing.T) {
	s := start(t)
	for prefix, want := range map[string]string{
		"":               "/files/",
		"/up/loads":      "/up/loads/files/",
		"/up/":           "/up/files/",
		"//evil.example": "/files/",
		"https://x.y":    "/files/",
		"/a b":           "/files/",
		"/a?b":           "/files/",
		"/a/../b//c":     "/files/",
	} {
		r := s.do("POST", "/files/", nil, "Upload-Length: 5", "X-Forwarded-Prefix: "+prefix, "X-Forwarded-Proto: https").want(t, 201)
		if got := r.Header.Get("Location"); !strings.HasPrefix(got, want) || len(got) != len(want)+36 {
			t.Errorf("behind %q: Location %q", prefix, got)
		}
	}
}

// TestNamesAreCleaned sends names and values as they come from file systems. None stops an
// upload, and HEAD gives back what was sent.
func TestNamesAreCleaned(t *testing.T) {
	s := start(t)
	for sent, want := range map[string]string{
		"Icon\r": "Icon", "caf\xe9.txt": "caf\uFFFD.txt", "a\x00b": "ab", "two\nlines": "two lines", " ": pawl.Unnamed, "\u200b": pawl.Unnamed,
		"holiday\u202egnp.exe": "holidaygnp.exe", "می\u200cخو": "می\u200cخو", "\xff\xfe": "\uFFFD",
	} {
		metadata := "filename " + encoded(sent)
		path := s.create(5, "Upload-Metadata: "+metadata)
		s.do("HEAD", path, nil).want(t, 200).wantHeader(t, "Upload-Metadata", metadata)
		s.patch(path, 0, "hello").want(t, 204)
		if f := s.wantFile(path, "hello"); f.Name != want {
			t.Errorf("the name %+q is kept as %+q, want %+q", sent, f.Name, want)
		}
	}
}

// TestMetadataIsKept has keys that name and type stand in for, and values that are no text.
func TestMetadataIsKept(t *testing.T) {
	s := start(t)
	for _, test := range []struct {
		sent           []string // keys and values in turn
		name, declared string
		metadata       map[string]string
	}{
		{[]string{"filename", "scan.pdf", "filetype", "application/pdf", "name", "Ada Lovelace", "type", "letter"}, "scan.pdf", "application/pdf",
			map[string]string{"name": "Ada Lovelace", "type": "letter"}},
		{[]string{"filename", "a.txt", "name", "a.txt", "filetype", "text/plain", "type", "text/plain"}, "a.txt", "text/plain", nil}, // Uppy
		{[]string{"name", "a.txt", "type", "text/plain"}, "a.txt", "text/plain", nil},
		{[]string{"filename", "", "name", "a.txt", "relativePath", "null"}, "a.txt", "", nil},
		{[]string{"filename", "a", "thumb", "\x00\xff", "caption", "two\nlines", "relativePath", "b\u202e/a\r"}, "a", "",
			map[string]string{"thumb": "data:;base64,AP8=", "caption": "two\nlines", "relativePath": "b/a"}},
		{[]string{"filename", "a", "filetype", "text/\xff"}, "a", "", nil},
	} {
		var pairs []string
		for i := 0; i < len(test.sent); i += 2 {
			pairs = append(pairs, test.sent[i]+" "+encoded(test.sent[i+1]))
		}
		path := s.create(5, "Upload-Metadata: "+strings.Join(pairs, ","))
		s.patch(path, 0, "hello").want(t, 204)
		f := s.wantFile(path, "hello")
		if f.Name != test.name || f.DeclaredType != test.declared || !maps.Equal(f.Metadata, test.metadata) {
			t.Errorf("%q: kept are %q, %q, %q", test.sent, f.Name, f.DeclaredType, f.Metadata)
		}
	}
}
