package tus_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"pawl"
)

func itoa(n int) string { return strconv.Itoa(n) }

func (s *rig) part(content string, lines ...string) string {
	s.t.Helper()
	r := s.do("POST", "/files/", strings.NewReader(content),
		append(lines, stream, "Upload-Concat: partial", "Upload-Length: "+itoa(len(content)))...).want(s.t, 201)
	return r.Header.Get("Location")
}

func TestConcatenation(t *testing.T) {
	s := start(t)
	contents := []string{noise(1, 3<<20), noise(2, 100), noise(3, 1<<20+1)}
	var urls []string
	for _, content := range contents {
		path := s.part(content)
		s.do("HEAD", path, nil).want(t, 200).wantHeader(t, "Upload-Concat", "partial")
		urls = append(urls, path)
	}
	urls[1] = s.URL + urls[1] // absolute is fine too
	concat := "final;" + strings.Join(urls, " ")
	metadata := "Upload-Metadata: filename " + encoded("joined")
	first := s.do("POST", "/files/", nil, "Upload-Concat: "+concat, metadata).want(t, 201).Header.Get("Location")
	f := s.wantFile(first, strings.Join(contents, ""))
	if f.Name != "joined" {
		t.Errorf("name %q", f.Name)
	}
	s.do("HEAD", first, nil).want(t, 200).wantHeader(t, "Upload-Concat", concat).wantHeader(t, "Upload-Length", itoa(int(f.Size)))
	second := s.do("POST", "/files/", nil, "Upload-Concat: "+concat, metadata).want(t, 201).Header.Get("Location")
	if second != first {
		t.Errorf("the same join again made %s, not %s", second, first)
	}
	rows, err := s.store.Uploads(t.Context(), pawl.UploadQuery{Owner: pawl.Everybody, WithPartial: true, Limit: 10})
	check(t, err)
	if len(rows) > 0 {
		t.Errorf("%d partial uploads are left", len(rows))
	}
	s.do("DELETE", first, nil).want(t, 204)
	s.wantNothing()
}

func TestJoinedPartsLookComplete(t *testing.T) {
	s := start(t)
	a, b := s.part("hello"), s.part("world")
	concat := "Upload-Concat: final;" + a + " " + b
	path := s.do("POST", "/files/", nil, concat).want(t, 201).Header.Get("Location")
	// The answer may have been lost: a client looks at its parts before it asks again.
	for _, part := range []string{a, b} {
		s.do("HEAD", part, nil).want(t, 200).
			wantHeader(t, "Upload-Offset", "5").wantHeader(t, "Upload-Length", "5").
			wantHeader(t, "Upload-Concat", "partial").wantHeader(t, "Upload-Expires", "")
		s.do("HEAD", part, nil, "Test-User: eve").want(t, 404)
		s.patch(part, 5, "").want(t, 204)
		s.patch(part, 5, "more").want(t, 413)
		s.patch(part, 0, "hello").want(t, 409)
		s.do("DELETE", part, nil).want(t, 404)
	}
	s.do("POST", "/files/", nil, concat).want(t, 201).wantHeader(t, "Location", path)
	s.do("POST", "/files/", nil, "Upload-Concat: final;"+a).want(t, 400)
	s.wantFile(path, "helloworld")
	s.do("DELETE", path, nil).want(t, 204)
	s.do("POST", "/files/", nil, concat).want(t, 400)
	s.wantNothing()
}

func TestConcatenationRefusals(t *testing.T) {
	s := start(t, maxSize(100))
	part, other, large := s.part("hello"), s.part("world", "Test-User: eve"), s.part(noise(1, 99))
	whole := s.do("POST", "/files/", strings.NewReader("hello"), stream, "Upload-Length: 5").want(t, 201).Header.Get("Location")
	for name, test := range map[string]struct {
		status int
		lines  []string
	}{
		"not partial":         {400, []string{"Upload-Concat: final;" + part + " " + whole}},
		"someone else's":      {400, []string{"Upload-Concat: final;" + part + " " + other}},
		"mine to a stranger":  {404, []string{"Test-User: eve", "Upload-Concat: final;" + part + " " + other}},
		"the same twice":      {400, []string{"Upload-Concat: final;" + part + " " + part}},
		"with a length":       {400, []string{"Upload-Length: 10", "Upload-Concat: final;" + part}},
		"deferring a length":  {400, []string{"Upload-Defer-Length: 1", "Upload-Concat: final;" + part}},
		"over the maximum":    {413, []string{"Upload-Concat: final;" + part + " " + large}},
		"with bytes":          {400, []string{stream, "Upload-Concat: final;" + part}},
		"a path out of there": {400, []string{"Upload-Concat: final;/elsewhere/" + string(idOf(part))}},
	} {
		t.Run(name, func(t *testing.T) {
			s.do("POST", "/files/", nil, test.lines...).want(t, test.status)
			s.wantOffset(part, 5)
		})
	}
	s.do("PATCH", s.do("POST", "/files/", nil, "Upload-Concat: final;"+part).want(t, 201).Header.Get("Location"), strings.NewReader("x"), stream, offset(5)).want(t, 403)
}

func TestConcatenationAskedForTwiceAtOnce(t *testing.T) {
	s := start(t)
	concat := "Upload-Concat: final;" + s.part(noise(1, 1<<20)) + " " + s.part(noise(2, 1<<20))
	locations := make(chan string, 4)
	for range cap(locations) {
		go func() {
			r, err := http.NewRequest("POST", s.URL+"/files/", nil)
			if err != nil {
				locations <- err.Error()
				return
			}
			r.Header.Set("Tus-Resumable", "1.0.0")
			key, value, _ := strings.Cut(concat, ": ")
			r.Header.Set(key, value)
			answer, err := s.Client().Do(r)
			if err != nil {
				locations <- err.Error()
				return
			}
			_ = answer.Body.Close()
			locations <- answer.Status + answer.Header.Get("Location")
		}()
	}
	first := <-locations
	for range cap(locations) - 1 {
		if other := <-locations; other != first || !strings.HasPrefix(first, "201") {
			t.Errorf("%s and %s", first, other)
		}
	}
}

// TestConcatenationOfUnfinished has the final upload asked for first.
func TestConcatenationOfUnfinished(t *testing.T) {
	s := start(t)
	one := s.create(5, "Upload-Concat: partial")
	other := s.do("POST", "/files/", nil, "Upload-Concat: partial", "Upload-Defer-Length: 1").want(t, 201).Header.Get("Location")
	concat := "final;" + one + " " + other
	final := s.do("POST", "/files/", nil, "Upload-Concat: "+concat).want(t, 201).Header.Get("Location")
	waits := func() {
		s.do("HEAD", final, nil).want(t, 200).wantHeader(t, "Upload-Concat", concat).wantHeader(t, "Upload-Offset", "")
	}
	waits()
	s.patch(other, 0, " wor").want(t, 204)
	s.patch(one, 0, "hello").want(t, 204)
	waits()
	s.patch(other, 4, "ld", "Upload-Length: 6").want(t, 204)
	s.do("HEAD", final, nil).want(t, 200).wantHeader(t, "Upload-Offset", "11").wantHeader(t, "Upload-Length", "11")
	s.wantFile(final, "hello world")

	gone := s.create(5, "Upload-Concat: partial")
	never := s.do("POST", "/files/", nil, "Upload-Concat: final;"+gone).want(t, 201).Header.Get("Location")
	s.do("DELETE", gone, nil).want(t, 204)
	if status := s.do("HEAD", never, nil).StatusCode; status != 404 && status != 410 {
		t.Errorf("a join that can never be: %d", status)
	}
}
