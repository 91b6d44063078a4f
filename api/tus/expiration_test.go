package tus_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pawl"
	"pawl/uploads"
)

// clock is a time that tests can move.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }
func (c *clock) option(e time.Duration) option {
	return func(config *uploads.Config) { config.Now, config.Expiry = c.now, e }
}

const week = 7 * 24 * time.Hour

// expires reads Upload-Expires, which has the form of RFC 9110 section 5.6.7.
func (r reply) expires(t testing.TB) time.Time {
	t.Helper()
	at, err := http.ParseTime(r.Header.Get("Upload-Expires"))
	if err != nil || !strings.HasSuffix(r.Header.Get("Upload-Expires"), " GMT") {
		t.Fatalf("Upload-Expires: %q", r.Header.Get("Upload-Expires"))
	}
	return at
}

func wantNear(t testing.TB, got, want time.Time) {
	t.Helper()
	if d := got.Sub(want); d < -time.Minute || d > time.Minute {
		t.Errorf("it expires at %v, want %v", got, want)
	}
}

func TestUploadExpiresIsToldAndRenewed(t *testing.T) {
	c := &clock{}
	s := start(t, c.option(week))
	r := s.do("POST", "/files/", nil, "Upload-Length: 10").want(t, 201)
	path := r.Header.Get("Location")
	wantNear(t, r.expires(t), c.now().Add(week))
	c.advance(3 * 24 * time.Hour)
	wantNear(t, s.do("HEAD", path, nil).want(t, 200).expires(t), c.now().Add(4*24*time.Hour))
	wantNear(t, s.patch(path, 0, "hello").want(t, 204).expires(t), c.now().Add(week))
	wantNear(t, s.do("HEAD", path, nil).want(t, 200).expires(t), c.now().Add(week))
	s.uploads.SaveProgress(t.Context())
	c.advance(6 * 24 * time.Hour)
	s.uploads.SaveProgress(t.Context()) // closes it: from now on the row alone knows
	s.wantOffset(path, 5)
	s.patch(path, 5, "world").want(t, 204).wantHeader(t, "Upload-Expires", "")
	s.do("HEAD", path, nil).want(t, 200).wantHeader(t, "Upload-Expires", "")
	s.do("OPTIONS", "/files/", nil).want(t, 204)
}

func TestExpiredUploadIsGone(t *testing.T) {
	c := &clock{}
	s := start(t, c.option(week))
	for name, ask := range map[string]func(path string) reply{
		"HEAD":  func(path string) reply { return s.do("HEAD", path, nil) },
		"PATCH": func(path string) reply { return s.patch(path, 5, "world") },
	} {
		path := s.create(10)
		s.patch(path, 0, "hello").want(t, 204)
		c.advance(time.Minute)
		s.uploads.SaveProgress(t.Context())
		c.advance(week + time.Hour)
		if r := ask(path); r.StatusCode != http.StatusGone {
			t.Errorf("%s of an expired upload: %d", name, r.StatusCode)
		}
		s.do("HEAD", path, nil).want(t, 404)
	}
	s.wantNothing()
}

func TestExpiredUploadsAreReclaimed(t *testing.T) {
	c := &clock{}
	s := start(t, c.option(week))
	idle, partial := s.create(10), s.create(5, "Upload-Concat: partial")
	s.patch(idle, 0, "hello").want(t, 204)
	s.patch(partial, 0, "hello").want(t, 204) // whole, and never joined
	c.advance(time.Minute)
	s.uploads.SaveProgress(t.Context())
	c.advance(week - time.Hour)
	young := s.create(10)
	s.patch(young, 0, "hello").want(t, 204)
	if n, err := s.uploads.Expire(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d uploads have expired before their time, %v", n, err)
	}
	c.advance(2 * time.Hour)
	s.uploads.SaveProgress(t.Context())

	s.uploads.PostponeExpiry(c.now().Add(time.Hour)) // the clock has jumped, or the server was away
	if n, err := s.uploads.Expire(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d uploads have expired in spite of the grace, %v", n, err)
	}
	wantNear(t, s.do("HEAD", idle, nil).want(t, 200).expires(t), c.now().Add(time.Hour))
	c.advance(2 * time.Hour)
	s.uploads.SaveProgress(t.Context())
	if n, err := s.uploads.Expire(t.Context()); n != 2 || err != nil {
		t.Fatalf("%d uploads have expired, %v; want 2", n, err)
	}
	s.do("HEAD", idle, nil).want(t, 404)
	s.do("HEAD", partial, nil).want(t, 404)
	s.patch(young, 5, "world").want(t, 204)
	s.wantFile(young, "helloworld")
	rows, err := s.store.Uploads(t.Context(), pawl.UploadQuery{Owner: pawl.Everybody, WithPartial: true, Limit: 10})
	check(t, err)
	if len(rows) > 0 {
		t.Errorf("%d uploads are left", len(rows))
	}
	for blob, err := range s.blobs.All(t.Context()) {
		check(t, err)
		if blob.ID != idOf(young) {
			t.Errorf("%d bytes are left", blob.Size)
		}
	}
	events, err := s.store.Events(t.Context(), 0, 100)
	check(t, err)
	var told bool
	for _, e := range events {
		told = told || e.Type == pawl.UploadEnded && e.Outcome == pawl.Expired && e.Subject == idOf(idle)
	}
	if !told {
		t.Error("no event tells that the upload expired")
	}
}
