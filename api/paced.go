package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"pawl"
	"pawl/api/problem"
)

const (
	paceChunk = 512 << 10 // bytes sent under one write deadline
	noLimit   = 1<<63 - 1
)

// paced writes a download for as long as its reader takes anything: a deadline
// for the whole answer would cut the slow together with the dead. Each chunk gets
// a new deadline, and one that passed while some of the chunk went out is
// renewed, so that what counts is that bytes move. They are seen to move when the
// kernel makes room in the socket's buffer, a third of it at a time: with Linux's
// largest buffer, 4 MiB, and a stall of two minutes, readers of 12 kB/s are safe.
//
// Chunks of a file still leave by sendfile: the writer below is given the
// *os.File itself.
type paced struct {
	http.ResponseWriter
	ctl     *http.ResponseController
	request *http.Request
	stall   time.Duration
	status  int
	refused bool
	err     error
	sent    int64
}

func newPaced(w http.ResponseWriter, r *http.Request, stall time.Duration) *paced {
	return &paced{ResponseWriter: w, ctl: http.NewResponseController(w), request: r, stall: stall}
}

func (p *paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// WriteHeader lets answers pass, and turns the plain text of [http.ServeContent]'s
// refusals (412, 416, 500) into problems.
func (p *paced) WriteHeader(status int) {
	p.status = status
	if status < http.StatusBadRequest {
		p.rearm()
		p.ResponseWriter.WriteHeader(status)
		return
	}
	p.refused = true
	problem.Write(p.ResponseWriter, p.request, refusal(status))
}

func refusal(status int) error {
	switch status {
	case http.StatusRequestedRangeNotSatisfiable:
		return problem.New(status, pawl.Invalid, "the file does not have the bytes asked for")
	case http.StatusPreconditionFailed:
		return problem.New(status, pawl.Conflict, "the file is not the one you mean")
	default:
		return pawl.Errorf(pawl.Internal, "cannot serve the file's bytes")
	}
}

func (p *paced) Write(b []byte) (int, error) {
	if p.refused {
		return len(b), nil
	}
	p.rearm()
	n, err := p.ResponseWriter.Write(b)
	p.end(int64(n), 0, err)
	return n, err
}

// ReadFrom sends src chunk by chunk.
func (p *paced) ReadFrom(src io.Reader) (total int64, err error) {
	if p.refused {
		return io.Copy(io.Discard, src)
	}
	src, left := unlimited(src)
	begin := position(src)
	for left > 0 && err == nil {
		var n int64
		n, err = p.sendChunk(src, min(paceChunk, left))
		total, left = total+n, left-n
		switch {
		case err == nil && n == 0:
			err = io.EOF
		case err != nil && n > 0 && p.mayGoOn(src, begin+total, err):
			err = nil
		}
	}
	p.end(total, left, err)
	return total, err
}

// unlimited takes off the limit [io.CopyN] puts around a reader: sendfile sees a
// file through one such wrapper, and sendChunk needs that one.
func unlimited(src io.Reader) (io.Reader, int64) {
	if limited, ok := src.(*io.LimitedReader); ok {
		return limited.R, limited.N
	}
	return src, noLimit
}

// position is where a seeker is, and -1 of any other reader.
func position(src io.Reader) int64 {
	if seeker, ok := src.(io.Seeker); ok {
		if at, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			return at
		}
	}
	return -1
}

// sendChunk sends at most size bytes. It returns 0 and no error at the end of src.
func (p *paced) sendChunk(src io.Reader, size int64) (int64, error) {
	p.rearm()
	return io.Copy(p.ResponseWriter, &io.LimitedReader{R: src, N: size})
}

// mayGoOn is for a deadline that passed while the reader was slow, not dead: it
// puts src back to the byte that was sent last, and reports whether it could. A
// request whose header did not get through is over: its context is.
func (p *paced) mayGoOn(src io.Reader, at int64, err error) bool {
	seeker, ok := src.(io.Seeker)
	if !ok || !errors.Is(err, os.ErrDeadlineExceeded) || p.request.Context().Err() != nil {
		return false
	}
	_, err = seeker.Seek(at, io.SeekStart)
	return err == nil
}

// end keeps what came of a copy. A source that ends before its limit has lost
// bytes that its file's row promises.
func (p *paced) end(sent, left int64, err error) {
	p.sent += sent
	if errors.Is(err, io.EOF) && left < noLimit-sent {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		p.err = err
		problem.Note(p.request.Context(), err)
	}
}

// rearm may fail where there is no connection, as in a test: there is nothing to cut then.
func (p *paced) rearm() { _ = p.ctl.SetWriteDeadline(time.Now().Add(p.stall)) }

// done leaves the connection to its next request without a deadline.
func (p *paced) done() { _ = p.ctl.SetWriteDeadline(time.Time{}) }

// servedFrom0 reports whether the answer began with the file's first byte and
// went out to its end.
func (p *paced) servedFrom0() bool {
	if p.request.Method == http.MethodHead || p.err != nil || p.request.Context().Err() == context.Canceled {
		return false
	}
	return p.status == http.StatusOK || p.status == http.StatusPartialContent && beginsFile(p.Header().Get("Content-Range"))
}

// beginsFile leaves out the first byte or two, by which players ask whether ranges
// work.
func beginsFile(contentRange string) bool {
	return strings.HasPrefix(contentRange, "bytes 0-") &&
		!strings.HasPrefix(contentRange, "bytes 0-0/") && !strings.HasPrefix(contentRange, "bytes 0-1/")
}
