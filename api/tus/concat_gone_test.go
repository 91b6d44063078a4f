package tus_test

import (
	"bytes"
	"log/slog"
	"testing"

	"pawl"
	"pawl/uploads"
)

// TestJoinsWhosePartsAreGone has joins that can never be because their owner used the
// parts otherwise: their end is told as such, and nobody is woken by lost bytes.
func TestJoinsWhosePartsAreGone(t *testing.T) {
	for name, test := range map[string]func(s *rig) (never string){
		"joined in another order": func(s *rig) string {
			a, b := s.create(5, "Upload-Concat: partial"), s.create(5, "Upload-Concat: partial")
			first := s.joinLater(a, b)
			second := s.joinLater(b, a)
			s.patch(a, 0, "hello").want(s.t, 204)
			s.patch(b, 0, "world").want(s.t, 204)
			s.do("HEAD", first, nil).want(s.t, 200).wantHeader(s.t, "Upload-Offset", "10")
			return second
		},
		"deleted": func(s *rig) string {
			a, b := s.create(5, "Upload-Concat: partial"), s.create(5, "Upload-Concat: partial")
			never := s.joinLater(a, b)
			s.patch(a, 0, "hello").want(s.t, 204)
			s.do("DELETE", b, nil).want(s.t, 204)
			return never
		},
		"deleted before its length was known": func(s *rig) string {
			a := s.do("POST", "/files/", nil, "Upload-Concat: partial", "Upload-Defer-Length: 1").want(s.t, 201).Header.Get("Location")
			b := s.create(5, "Upload-Concat: partial")
			never := s.joinLater(a, b)
			s.do("DELETE", a, nil).want(s.t, 204)
			return never
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := start(t, func(c *uploads.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
			never := test(s)
			s.do("HEAD", never, nil).want(t, 404)
			s.do("HEAD", never, nil).want(t, 404)
			events, err := s.store.Events(t.Context(), 0, 100)
			check(t, err)
			var ends []pawl.Outcome
			for _, e := range events {
				if e.Type == pawl.UploadEnded && e.Subject == idOf(never) {
					ends = append(ends, e.Outcome)
				}
			}
			if len(ends) != 1 || ends[0] != pawl.PartGone {
				t.Errorf("it ended as %v", ends)
			}
			if bytes.Contains(log.Bytes(), []byte("level=ERROR")) {
				t.Errorf("%s", &log)
			}
		})
	}
}

// TestJoinOfLostBytes has the bytes of a part go missing that is there.
func TestJoinOfLostBytes(t *testing.T) {
	var log bytes.Buffer
	s := start(t, func(c *uploads.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	a, b := s.part("hello"), s.create(5, "Upload-Concat: partial")
	never := s.joinLater(a, b)
	check(t, s.blobs.Delete(t.Context(), idOf(a)))
	s.patch(b, 0, "world").want(t, 204)
	s.do("HEAD", never, nil).want(t, 410)
	if !bytes.Contains(log.Bytes(), []byte("acknowledged bytes are missing")) {
		t.Errorf("the loss is not reported: %s", &log)
	}
}

// joinLater asks for a join of parts that are not all there.
func (s *rig) joinLater(parts ...string) string {
	s.t.Helper()
	concat := "Upload-Concat: final;"
	for _, part := range parts {
		concat += part + " "
	}
	return s.do("POST", "/files/", nil, concat).want(s.t, 201).Header.Get("Location")
}
