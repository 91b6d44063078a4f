package tus

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"pawl"
	"pawl/api/middleware"
	"pawl/uploads"
)

// body is the request's body below tusd's reader, which hides how a body ended: to the
// store, a broken connection and a body that is too long look like its end.
type body struct {
	src     *middleware.Counter
	control *http.ResponseController
	known   int64 // Content-Length, -1 if chunked

	pending []byte // what peek has read

	mu      sync.Mutex
	ended   bool // the client has sent all of it, which may be nothing
	stopped bool // the upload was taken over by another request
	over    bool // the exchange is: the connection may serve another one by now
}

func newBody(w http.ResponseWriter, r *http.Request) *body {
	return &body{
		src: middleware.CountBody(r), control: http.NewResponseController(w), known: r.ContentLength,
		ended: r.ContentLength == 0,
	}
}

func (b *body) Read(p []byte) (int, error) {
	if b.isStopped() {
		return 0, errTakenOver
	}
	if len(b.pending) > 0 {
		n := copy(p, b.pending)
		b.pending = b.pending[n:]
		return n, nil
	}
	n, err := b.src.Read(p)
	if errors.Is(err, io.EOF) {
		b.end()
	}
	return n, err
}

func (b *body) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
}

// finish keeps interrupt away from what the connection does after the exchange.
func (b *body) finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
}

func (b *body) hasEnded() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended
}

func (b *body) isStopped() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stopped
}

var errTakenOver = errors.New("the upload was taken over by another request")

func (b *body) Close() error { return b.src.Close() }

// interrupt ends the body for whoever reads it, at once. A body that has all
// arrived is left alone: its request is about to succeed, and the deadline would fail
// net/http's own read, which waits for the client to hang up. That cancels the context
// of the connection, and with it every later request on it.
func (b *body) interrupt() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended || b.stopped || b.over {
		return
	}
	b.stopped = true
	_ = b.control.SetReadDeadline(time.Now())
}

// peek reports whether there is anything to read.
func (b *body) peek() (bool, error) {
	if b.known == 0 {
		return false, nil
	}
	if b.known > 0 {
		return true, nil
	}
	var first [1]byte
	n, err := io.ReadFull(b, first[:])
	if n == 1 {
		b.pending = first[:]
		return true, nil
	}
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return false, pawl.Because(err, pawl.Interrupted, "the request ended early")
}

func (b *body) unread() bool { return !b.hasEnded() }

const (
	drainMost = 16 << 20
	drainFor  = 5 * time.Second
)

var drainBuffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// drain reads the rest of the body after an error, up to a bound. A browser that is still
// sending when the connection closes reports a network error instead of the response; one
// that could send what was under way reads the response. A client that waits for 100
// Continue has nothing under way. Over HTTP/2 the stream alone ends, after the whole
// response (RFC 9113, section 8.1).
func (b *body) drain(r *http.Request) {
	if r.ProtoMajor > 1 || !b.unread() || b.src.N() == 0 && r.Header.Get("Expect") != "" {
		return
	}
	_ = b.control.Flush()
	b.src.Observe(nil) // these bytes are for no upload
	b.reopen()
	_ = b.control.SetReadDeadline(time.Now().Add(drainFor))
	buffer := drainBuffers.Get().(*[64 << 10]byte)
	defer drainBuffers.Put(buffer)
	_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, io.LimitReader(b, drainMost), buffer[:])
}

// reopen lets a stopped body be read again.
func (b *body) reopen() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = false
}

// endReader is tusd's reader of the body, whose end it reports as it was.
type endReader struct {
	tusd  io.Reader
	body  *body
	given int64
}

func (r *endReader) Read(p []byte) (int, error) {
	n, err := r.tusd.Read(p)
	r.given += int64(n)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	switch {
	case r.body.src.N() > r.given:
		return n, uploads.ErrTooLong
	case !r.body.hasEnded():
		return n, errCutShort
	default:
		// tusd has just extended its deadline. It must not pass while the upload finishes;
		// see interrupt.
		_ = r.body.control.SetReadDeadline(time.Time{})
		return n, io.EOF
	}
}

var errCutShort = pawl.Errorf(pawl.Interrupted, "the request ended early; resume from the current offset")
