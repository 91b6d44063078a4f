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

// downloadWriter writes a download for as long as its reader takes anything: a deadline
// for the whole answer would cut the slow together with the dead. Each chunk gets
// a new deadline, and one that passed while some of the chunk went out is
// renewed, so that what counts is that bytes move. They are seen to move when the
// kernel makes room in the socket's buffer, a third of it at a time: with Linux's
// largest buffer, 4 MiB, and a stall of two minutes, readers of 12 kB/s are safe.
//
// Chunks of a file still leave by sendfile: the writer below is given the
// *os.File itself.
type downloadWriter struct {
	http.ResponseWriter
	ctl     *http.ResponseController
	request *http.Request
	stall   time.Duration
	status  int
	pending bool // status is not sent yet: the first byte may turn out to be unreadable
	refused bool
	err     error
	sent    int64
}

func newDownloadWriter(w http.ResponseWriter, r *http.Request, stall time.Duration) *downloadWriter {
	return &downloadWriter{ResponseWriter: w, ctl: http.NewResponseController(w), request: r, stall: stall}
}

func (d *downloadWriter) Unwrap() http.ResponseWriter { return d.ResponseWriter }

// WriteHeader lets answers pass, and turns the plain text of [http.ServeContent]'s
// refusals (412, 416, 500) into problems.
func (d *downloadWriter) WriteHeader(status int) {
	d.status = status
	if status < http.StatusBadRequest {
		d.pending = true
		return
	}
	d.refuse(refusal(status))
}

// sendHeader sends the status and header of an answer, if they are pending.
func (d *downloadWriter) sendHeader() {
	if d.pending {
		d.pending = false
		d.extendDeadline()
		d.ResponseWriter.WriteHeader(d.status)
	}
}

func (d *downloadWriter) refuse(err error) {
	d.pending, d.refused = false, true
	problem.Write(d.ResponseWriter, d.request, err)
}

// prepare has src open what it is about to read, where it does that only when it is read.
// An error is the answer then, if nothing has been sent yet.
func (d *downloadWriter) prepare(src io.Reader) error {
	p, ok := src.(interface{ Prepare() error })
	if !ok || !d.pending {
		return nil
	}
	err := p.Prepare()
	if err == nil {
		return nil
	}
	d.Header().Del("Content-Range") // of bytes that are not sent
	if pawl.KindOf(err) == pawl.NotFound { // the row promises bytes that are not there
		err = pawl.Because(err, pawl.Internal, "the file's bytes are missing on the server")
	}
	d.refuse(err)
	return err
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

func (d *downloadWriter) Write(b []byte) (int, error) {
	if d.refused {
		return len(b), nil
	}
	d.sendHeader()
	d.extendDeadline()
	n, err := d.ResponseWriter.Write(b)
	d.record(int64(n), 0, err)
	return n, err
}

// ReadFrom sends src chunk by chunk.
func (d *downloadWriter) ReadFrom(src io.Reader) (total int64, err error) {
	if d.refused {
		return io.Copy(io.Discard, src)
	}
	src, left := unlimited(src)
	if d.err = d.prepare(src); d.err != nil {
		return 0, d.err
	}
	d.sendHeader()
	begin := position(src)
	for left > 0 && err == nil {
		var n int64
		n, err = d.sendChunk(src, min(paceChunk, left))
		total, left = total+n, left-n
		switch {
		case err == nil && n == 0:
			err = io.EOF
		case err != nil && n > 0 && d.canResume(src, begin+total, err):
			err = nil
		}
	}
	d.record(total, left, err)
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
func (d *downloadWriter) sendChunk(src io.Reader, size int64) (int64, error) {
	d.extendDeadline()
	return io.Copy(d.ResponseWriter, &io.LimitedReader{R: src, N: size})
}

// canResume is for a deadline that passed while the reader was slow, not dead: it
// puts src back to the byte that was sent last, and reports whether it could. A
// request whose header did not get through is over: its context is.
func (d *downloadWriter) canResume(src io.Reader, at int64, err error) bool {
	seeker, ok := src.(io.Seeker)
	if !ok || !errors.Is(err, os.ErrDeadlineExceeded) || d.request.Context().Err() != nil {
		return false
	}
	_, err = seeker.Seek(at, io.SeekStart)
	return err == nil
}

// record keeps what came of a copy. A source that ends before its limit has lost
// bytes that its file's row promises.
func (d *downloadWriter) record(sent, left int64, err error) {
	d.sent += sent
	if errors.Is(err, io.EOF) && left < noLimit-sent {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		d.err = err
		problem.Note(d.request.Context(), err)
	}
}

// extendDeadline may fail where there is no connection, as in a test: there is nothing to cut then.
func (d *downloadWriter) extendDeadline() { _ = d.ctl.SetWriteDeadline(time.Now().Add(d.stall)) }

// finish sends an answer without a body, and leaves the connection to its next request
// without a deadline.
func (d *downloadWriter) finish() {
	d.sendHeader()
	_ = d.ctl.SetWriteDeadline(time.Time{})
}

// servedFrom0 reports whether the answer began with the file's first byte and
// went out to its end.
func (d *downloadWriter) servedFrom0() bool {
	if d.request.Method == http.MethodHead || d.err != nil || d.request.Context().Err() == context.Canceled {
		return false
	}
	return d.status == http.StatusOK || d.status == http.StatusPartialContent && beginsFile(d.Header().Get("Content-Range"))
}

// beginsFile leaves out the first byte or two, by which players ask whether ranges
// work.
func beginsFile(contentRange string) bool {
	return strings.HasPrefix(contentRange, "bytes 0-") &&
		!strings.HasPrefix(contentRange, "bytes 0-0/") && !strings.HasPrefix(contentRange, "bytes 0-1/")
}
