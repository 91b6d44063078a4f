package tus_test

import (
	"context"
	"crypto/sha256"
	"encoding"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"pawl"
)

// stalled opens a PATCH of length bytes that sends body and then nothing.
func (s *rig) stalled(path string, at, length int, body string) net.Conn {
	s.t.Helper()
	conn := s.dial("PATCH", path, stream, offset(at), "Content-Length: "+itoa(length))
	_, err := io.WriteString(conn, body)
	check(s.t, err)
	return conn
}

func TestHeadDuringPatchHarmsNobody(t *testing.T) {
	s := start(t)
	content := noise(1, 3<<20)
	path := s.create(len(content))
	half := 1<<20 + 77
	conn := s.stalled(path, 0, len(content), content[:half])
	eventually(t, "the offset of what was sent so far", func() bool {
		return s.do("HEAD", path, nil).want(t, 200).Header.Get("Upload-Offset") == itoa(half)
	})
	_, err := io.WriteString(conn, content[half:])
	check(t, err)
	if r := answerOn(t, conn); r.StatusCode != 204 {
		t.Errorf("the PATCH that was looked at answered %d", r.StatusCode)
	}
	s.wantFile(path, content)
}

func TestNewerPatchTakesOverFromADeadConnection(t *testing.T) {
	s := start(t)
	content := noise(2, 2<<20)
	path := s.create(len(content))
	half := 1<<20 + 3
	dead := s.stalled(path, 0, len(content), content[:half])
	eventually(t, "the first half", func() bool {
		return s.do("HEAD", path, nil).Header.Get("Upload-Offset") == itoa(half)
	})
	s.patch(path, half, content[half:]).want(t, 204)
	s.wantFile(path, content)
	if r := answerOn(t, dead); r.StatusCode != 409 {
		t.Errorf("the connection that was taken over from heard %d", r.StatusCode)
	}
}

func TestTwoPatchesNeverInterleave(t *testing.T) {
	s := start(t)
	content := noise(3, 4<<20)
	path := s.create(len(content))
	done := make(chan int, 6)
	for range cap(done) {
		go func() {
			r, err := http.NewRequest("PATCH", s.URL+path, strings.NewReader(content))
			if err != nil {
				done <- 0
				return
			}
			for _, line := range []string{"Tus-Resumable: 1.0.0", stream, offset(0)} {
				key, value, _ := strings.Cut(line, ": ")
				r.Header.Set(key, value)
			}
			answer, err := s.Client().Do(r)
			if err != nil {
				done <- 0 // cut off by one that came later
				return
			}
			_ = answer.Body.Close()
			done <- answer.StatusCode
		}()
	}
	for range cap(done) {
		if status := <-done; status != 0 && status != 204 && status != 409 && status != 413 {
			t.Errorf("status %d", status)
		}
	}
	for { // whatever is left is sent by one of them
		at := s.do("HEAD", path, nil).want(t, 200).Header.Get("Upload-Offset")
		if at == itoa(len(content)) {
			break
		}
		var n int
		for _, c := range at {
			n = n*10 + int(c-'0')
		}
		s.patch(path, n, content[n:]).want(t, 204)
	}
	s.wantFile(path, content)
}

func TestBrokenConnectionKeepsWhatItBrought(t *testing.T) {
	s := start(t)
	content := noise(4, 2<<20)
	path := s.create(len(content))
	half := 999_999
	conn := s.stalled(path, 0, len(content), content[:half])
	check(t, conn.(*net.TCPConn).CloseWrite())
	eventually(t, "the first half", func() bool {
		return s.do("HEAD", path, nil).Header.Get("Upload-Offset") == itoa(half)
	})
	s.patch(path, half, content[half:]).want(t, 204)
	s.wantFile(path, content)
}

func TestBrokenChunkedBodyIsNotTakenForItsEnd(t *testing.T) {
	s := start(t)
	path := s.create(10)
	conn := s.dial("PATCH", path, stream, offset(0), "Transfer-Encoding: chunked")
	_, err := io.WriteString(conn, "5\r\n01234\r\n")
	check(t, err)
	check(t, conn.(*net.TCPConn).CloseWrite())
	if r := answerOn(t, conn); r.StatusCode < 400 {
		t.Errorf("a body without its end answered %d", r.StatusCode)
	}
	s.wantOffset(path, 5)
}

func TestStrangersLearnAndStopNothing(t *testing.T) {
	s := start(t)
	content := noise(5, 1<<20)
	path := bare(s.create(len(content), "Test-User: ann"))
	conn := s.dial("PATCH", path, stream, offset(0), "Test-User: ann", "Content-Length: "+itoa(len(content)))
	_, err := io.WriteString(conn, content[:1000])
	check(t, err)
	eventually(t, "the first bytes", func() bool {
		return s.do("HEAD", path, nil, "Test-User: ann").Header.Get("Upload-Offset") == "1000"
	})
	s.do("HEAD", path, nil, "Test-User: eve").want(t, 404)
	s.patch(path, 1000, "evil", "Test-User: eve").want(t, 404)
	s.do("DELETE", path, nil, "Test-User: eve").want(t, 404)
	_, err = io.WriteString(conn, content[1000:])
	check(t, err)
	if r := answerOn(t, conn); r.StatusCode != 204 {
		t.Errorf("a stranger stopped a transfer: %d", r.StatusCode)
	}
	s.do("DELETE", path, nil, "Test-User: eve").want(t, 404)
	s.wantFile(path, content)
}

func TestDeleteStopsARunningPatch(t *testing.T) {
	s := start(t)
	path := s.create(2 << 20)
	conn := s.stalled(path, 0, 2<<20, noise(6, 1<<20))
	eventually(t, "the first half", func() bool {
		return s.do("HEAD", path, nil).Header.Get("Upload-Offset") == itoa(1<<20)
	})
	s.do("DELETE", path, nil).want(t, 204)
	if r := answerOn(t, conn); r.StatusCode < 400 {
		t.Errorf("the stopped PATCH answered %d", r.StatusCode)
	}
	s.wantNothing()
}

// onlyPlain refuses everything but what it knows to be no PDF.
type onlyPlain struct{ finish error }

func (onlyPlain) Content(_ context.Context, _ pawl.Upload, found string) error {
	if found == "application/pdf" {
		return pawl.Errorf(pawl.UnsupportedType, "no PDF here")
	}
	return nil
}

func (g onlyPlain) Finish(context.Context, pawl.File) error { return g.finish }

func TestRefusedInItsFirstKilobytes(t *testing.T) {
	s := start(t, gates(pawl.Gates{Content: []pawl.ContentGate{onlyPlain{}}}))
	pdf := "%PDF-1.7 " + noise(7, 8<<20)
	for name, send := range map[string]func() reply{
		"in one PATCH": func() reply { return s.patch(s.create(len(pdf)), 0, pdf) },
		"chunked":      func() reply { return s.do("PATCH", s.create(len(pdf)), chunkedBody(pdf), stream, offset(0)) },
		"with its creation": func() reply {
			return s.do("POST", "/files/", strings.NewReader(pdf), stream, "Upload-Length: "+itoa(len(pdf)))
		},
		"small":             func() reply { return s.do("POST", "/files/", strings.NewReader(pdf[:50]), stream, "Upload-Length: 50") },
		"small, in a PATCH": func() reply { return s.patch(s.create(50), 0, pdf[:50]) },
		"in very small ones": func() reply {
			path := s.create(4000)
			for at := 0; at < 3000; at += 1000 {
				s.patch(path, at, pdf[at:at+1000]).want(t, 204)
			}
			return s.patch(path, 3000, pdf[3000:4000])
		},
		"joined": func() reply {
			return s.do("POST", "/files/", nil, "Upload-Concat: final;"+s.part(pdf[:5])+" "+s.part(pdf[5:5000]))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := send().want(t, 415)
			if strings.TrimSpace(r.text) != "no PDF here" {
				t.Errorf("the client is told %q", r.text)
			}
		})
	}
	for blob, err := range s.blobs.All(t.Context()) {
		check(t, err)
		up, err := s.store.Upload(t.Context(), blob.ID)
		if err != nil || up.Kind != pawl.Partial {
			t.Errorf("%d bytes of a refused upload are left", blob.Size)
		}
	}
}

func TestRefusedAtTheFinish(t *testing.T) {
	s := start(t, gates(pawl.Gates{Finish: []pawl.FinishGate{onlyPlain{pawl.Errorf(pawl.Refused, "not today")}}}))
	path := s.create(5)
	s.patch(path, 0, "hello").want(t, 422)
	s.do("HEAD", path, nil).want(t, 404)
	s.do("POST", "/files/", strings.NewReader("hello"), stream, "Upload-Length: 5").want(t, 422)
	s.wantNothing()
}

// away is a gate that cannot be asked at first.
type away struct{ back chan struct{} }

func (g away) Finish(context.Context, pawl.File) error {
	select {
	case <-g.back:
		return nil
	default:
		return pawl.Because(errors.New("connection refused"), pawl.Unavailable, "the checker is away")
	}
}

func TestAFinishThatHasToWaitIsNobodysLoss(t *testing.T) {
	gate := away{make(chan struct{})}
	s := start(t, gates(pawl.Gates{Finish: []pawl.FinishGate{gate}}))
	first, second := s.create(5), s.create(5)
	s.patch(first, 0, "hello").want(t, 204)
	s.patch(second, 0, "world").want(t, 204)
	s.wantOffset(first, 5)
	if _, err := s.store.File(t.Context(), idOf(first)); err == nil {
		t.Fatal("a file exists that was not let pass")
	}
	close(gate.back)
	s.patch(first, 5, "").want(t, 204) // a client that asks again drives it
	s.wantFile(first, "hello")
	s.uploads.Close(t.Context()) // as if the server had been started again
	s.wantOffset(second, 5)      // a HEAD does not wait for gates
	check(t, s.uploads.Advance(t.Context(), idOf(second)))
	s.wantFile(second, "world")
}

func TestHeadFinishesWhatNobodyIsAt(t *testing.T) {
	s := start(t)
	path := s.create(5)
	check(t, s.blobs.Put(t.Context(), idOf(path), []byte("hello"))) // all bytes, and then a crash
	s.wantOffset(path, 5)
	s.wantFile(path, "hello")
}

// TestWholeBodyIsNotTakenOver has a second request come while the first, all of
// whose body is there, finishes the upload: that one has succeeded.
func TestWholeBodyIsNotTakenOver(t *testing.T) {
	s := start(t)
	content := noise(11, 100_000)
	for range 60 {
		path := s.create(len(content))
		conn := s.stalled(path, 0, len(content), content)
		s.patch(path, len(content), "") // whatever it is answered
		r := answerOn(t, conn)
		if at := s.do("HEAD", path, nil).Header.Get("Upload-Offset"); r.StatusCode != 204 && at == itoa(len(content)) {
			t.Fatalf("the PATCH that brought everything was answered %d", r.StatusCode)
		}
	}
}

// slow is a gate that takes until it is told to be done.
type slow struct{ asked, done chan struct{} }

func (g slow) Finish(context.Context, pawl.File) error {
	g.asked <- struct{}{}
	<-g.done
	return nil
}

// TestConnectionOutlivesATakeover has a request that sends no body hold an upload that
// somebody else waits for. The connection serves the next request as if nothing had been.
func TestConnectionOutlivesATakeover(t *testing.T) {
	gate := slow{make(chan struct{}), make(chan struct{})}
	s := start(t, gates(pawl.Gates{Finish: []pawl.FinishGate{gate}}))
	path, next := s.create(5), s.create(5)
	check(t, s.blobs.Put(t.Context(), idOf(path), []byte("hello"))) // all bytes, and then a crash
	conn := s.stalled(path, 5, 0, "")
	<-gate.asked
	waiting := make(chan struct{})
	go func() {
		defer close(waiting)
		session, err := s.uploads.Open(t.Context(), pawl.Local, idOf(path), func() {})
		if err != nil {
			t.Error(err)
			return
		}
		session.Close()
	}()
	time.Sleep(time.Second) // longer than a holder is left alone
	close(gate.done)
	if r := answerOn(t, conn); r.StatusCode != 204 {
		t.Fatalf("the PATCH that finished the upload was answered %d", r.StatusCode)
	}
	<-waiting
	_, err := fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: pawl\r\nTus-Resumable: 1.0.0\r\n%s\r\n%s\r\nContent-Length: 2\r\n\r\nhe",
		strings.TrimPrefix(next, s.URL), stream, offset(0))
	check(t, err)
	if r := answerOn(t, conn); r.StatusCode != 204 {
		text, _ := io.ReadAll(r.Body)
		t.Errorf("the next request on the connection was answered %d: %s", r.StatusCode, text)
	}
}

func TestLostBytesAreSaidToBeGone(t *testing.T) {
	s := start(t)
	path := s.create(10)
	s.patch(path, 0, "01234").want(t, 204)
	s.uploads.Close(t.Context())
	check(t, s.blobs.Delete(t.Context(), idOf(path)))
	s.do("HEAD", path, nil).want(t, 410)
	s.do("HEAD", path, nil).want(t, 404) // it has been written off
	s.wantNothing()
}

func TestRestartGoesOnWithTheDigest(t *testing.T) {
	s := start(t)
	content := noise(9, 3<<20+9)
	path := s.create(len(content))
	s.patch(path, 0, content[:1<<20]).want(t, 204)
	s.uploads.Close(t.Context())
	s.patch(path, 1<<20, content[1<<20:]).want(t, 204)
	s.wantFile(path, content)
}

// TestDigestAheadOfTheOffsetIsNotTrusted has a state saved for bytes that a crash
// took back, and that the client then sent otherwise.
func TestDigestAheadOfTheOffsetIsNotTrusted(t *testing.T) {
	s := start(t)
	ahead := sha256.New()
	_, _ = io.WriteString(ahead, "helloWRONG")
	state, err := ahead.(encoding.BinaryMarshaler).MarshalBinary()
	check(t, err)
	path := s.create(15)
	check(t, s.store.Update(t.Context(), func(tx pawl.Tx) error {
		return tx.SaveProgress(idOf(path), pawl.Progress{Offset: 5, DigestOffset: 10, DigestState: state}, time.Now())
	}))
	check(t, s.blobs.Put(t.Context(), idOf(path), []byte("hello right")))
	s.patch(path, 11, " now").want(t, 204)
	s.wantFile(path, "hello right now")
}

func TestClientThatWaitsToBeAskedForItsBody(t *testing.T) {
	s := start(t)
	path := s.create(5)
	conn := s.dial("PATCH", path, stream, offset(3), "Content-Length: 5", "Expect: 100-continue")
	began := time.Now()
	if r := answerOn(t, conn); r.StatusCode != 409 {
		t.Errorf("status %d, want 409 and no 100", r.StatusCode)
	}
	if time.Since(began) > 4*time.Second {
		t.Error("the server waited for a body it had refused")
	}
}
