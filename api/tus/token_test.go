package tus_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"pawl"
)

// What goes on with an upload's URL when the login that began it has run out.

const (
	ann     = "Test-User: ann"
	expired = "Test-User: expired"
)

func TestUploadGoesOnWithoutItsLogin(t *testing.T) {
	s := start(t)
	path := s.create(10, ann)
	s.do("HEAD", path, nil, expired).want(t, 200).wantHeader(t, "Upload-Offset", "0")
	s.patch(path, 0, "hello", expired).want(t, 204)
	s.do("HEAD", path, nil, expired).want(t, 200).wantHeader(t, "Upload-Offset", "5")
	s.patch(path, 5, "world", expired).want(t, 204)
	if f := s.wantFile(path, "helloworld"); f.Owner != "ann" {
		t.Errorf("the file belongs to %s", f.Owner)
	}
	// The answer may have been lost: asking again is harmless. The file is not the
	// upload's to delete, or to show.
	s.do("HEAD", path, nil, expired).want(t, 200).wantHeader(t, "Upload-Offset", "10")
	s.patch(path, 10, "", expired).want(t, 204)
	s.do("DELETE", path, nil, expired).want(t, 401)
	s.do("GET", path, nil, expired).want(t, 401)
	s.wantFile(path, "helloworld")
}

func TestSmallUploadIsFoundAgainWithoutItsLogin(t *testing.T) {
	s := start(t)
	r := s.do("POST", "/files/", strings.NewReader("hello"), stream, "Upload-Length: 5", ann).want(t, 201)
	s.do("HEAD", r.Header.Get("Location"), nil, expired).want(t, 200).wantHeader(t, "Upload-Offset", "5")
}

func TestUploadIsAbortedWithoutItsLogin(t *testing.T) {
	s := start(t)
	path := s.create(10, ann)
	s.patch(path, 0, "hello", expired).want(t, 204)
	s.do("DELETE", path, nil, expired).want(t, 204)
	s.wantNothing()
}

func TestSecretOpensOneUploadOnly(t *testing.T) {
	s := start(t)
	path, other := s.create(10, ann), s.create(10, ann)
	_, secret, _ := strings.Cut(path, "?")
	for name, wrong := range map[string]string{
		"none":      bare(path),
		"another's": bare(other) + "?" + secret,
		"wrong":     path[:len(path)-1] + string(path[len(path)-1]^1),
		"too short": path[:len(path)-1],
		"empty":     bare(path) + "?token=",
		"no upload": "/files/" + string(pawl.NewID(time.Now())) + "?" + secret,
		"no id":     "/files/nothing?" + secret,
	} {
		t.Run(name, func(t *testing.T) {
			s.do("HEAD", wrong, nil, expired).want(t, 401)
			s.patch(wrong, 0, "hello", expired).want(t, 401)
			s.do("DELETE", wrong, nil, expired).want(t, 401)
		})
	}
	s.do("POST", "/files/?"+secret, nil, "Upload-Length: 5", expired).want(t, 401)
	s.wantOffset(path, 0)
}

func TestWrongSecretHindersNoLogin(t *testing.T) {
	s := start(t)
	path := s.create(5, ann)
	s.patch(bare(path)+"?token=wrong", 0, "hello", ann).want(t, 204)
	s.wantFile(path, "hello")
}

func TestNobodyNeedsASecretWhereNobodySignsIn(t *testing.T) {
	s := start(t)
	if path := s.create(10); path != bare(path) {
		t.Errorf("the URL is %s", path)
	}
}

func TestPartsAreJoinedWithoutTheirLogin(t *testing.T) {
	s := start(t)
	a, b, eves := s.part("hello", ann), s.part("world", ann), s.part("evil!", "Test-User: eve")
	join := func(parts ...string) reply {
		return s.do("POST", "/files/", nil, "Upload-Concat: final;"+strings.Join(parts, " "), expired)
	}
	join(a, bare(b)).want(t, 401)
	join(a, eves).want(t, 401)
	join(bare(a)).want(t, 401)
	path := join(a, s.URL+b).want(t, 201).Header.Get("Location")
	if f := s.wantFile(path, "helloworld"); f.Owner != "ann" {
		t.Errorf("the file belongs to %s", f.Owner)
	}
	s.do("HEAD", a, nil, expired).want(t, 200).wantHeader(t, "Upload-Offset", "5")
	s.do("HEAD", bare(a), nil, expired).want(t, 401)
	// What was asked for is told, but for the secrets in it.
	s.do("HEAD", path, nil, expired).want(t, 200).
		wantHeader(t, "Upload-Concat", "final;"+bare(a)+" "+s.URL+bare(b))
}

// TestNobodyGoesOnToo is for servers that take a request without a login for one of
// nobody, who may do nothing, rather than refuse it.
func TestNobodyGoesOnToo(t *testing.T) {
	const nobody = "Test-User: nobody"
	s := start(t)
	s.do("POST", "/files/", nil, "Upload-Length: 5", nobody).want(t, 403)
	path := s.create(5, ann)
	s.do("HEAD", bare(path), nil, nobody).want(t, 403)
	s.patch(path, 0, "hello", nobody).want(t, 204)
	s.wantFile(path, "hello")
	a, b := s.part("hello", ann), s.part("world", ann)
	s.do("POST", "/files/", nil, "Upload-Concat: final;"+a+" "+bare(b), nobody).want(t, 403)
	s.wantFile(s.do("POST", "/files/", nil, "Upload-Concat: final;"+a+" "+b, nobody).want(t, 201).Header.Get("Location"), "helloworld")
}

func TestRevokedSecretOpensNothing(t *testing.T) {
	s := start(t)
	path := s.create(10, ann)
	conn := s.dial("PATCH", path, stream, offset(0), expired, "Content-Length: 10")
	_, err := io.WriteString(conn, "hel")
	check(t, err)
	eventually(t, "the first bytes", func() bool {
		return s.do("HEAD", path, nil, expired).Header.Get("Upload-Offset") == "3"
	})
	if err := s.uploads.RevokeToken(t.Context(), pawl.Principal{ID: "eve"}, idOf(path)); pawl.KindOf(err) != pawl.NotFound {
		t.Errorf("eve: %v", err)
	}
	check(t, s.uploads.RevokeToken(t.Context(), pawl.Principal{ID: "ann"}, idOf(path)))
	if r := answerOn(t, conn); r.StatusCode < 400 {
		t.Errorf("what was being sent with it answered %d", r.StatusCode)
	}
	s.do("HEAD", path, nil, expired).want(t, 401)
	s.patch(path, 3, "lo", expired).want(t, 401)
	s.patch(path, 3, "loworld", ann).want(t, 204)
	s.do("HEAD", path, nil, expired).want(t, 401)
	s.wantFile(path, "helloworld")
}

func TestSecretOfAFileRunsOut(t *testing.T) {
	c := &clock{}
	s := start(t, c.option(week))
	path := s.create(5, ann)
	s.patch(path, 0, "hello", expired).want(t, 204)
	c.advance(6 * 24 * time.Hour)
	s.do("HEAD", path, nil, expired).want(t, 200)
	c.advance(2 * 24 * time.Hour)
	s.do("HEAD", path, nil, expired).want(t, 401)
	s.do("HEAD", path, nil, ann).want(t, 200)
}

func TestSecretOfAnExpiredUploadTellsSo(t *testing.T) {
	c := &clock{}
	s := start(t, c.option(week))
	path := s.create(5, ann)
	c.advance(8 * 24 * time.Hour)
	s.do("HEAD", path, nil, expired).want(t, 410)
}
