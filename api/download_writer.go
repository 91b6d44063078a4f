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

// downloadWriter is a response writer that aborts a download only if it makes no
// progress: a deadline for the whole response would also end slow downloads. Each chunk
// gets a new deadline, which is renewed if it passes after a part of the chunk was sent.
// Progress is visible when the kernel frees space in the socket's send buffer, a third of
// it at a time: with Linux's largest buffer, 4 MiB, and a stall of two minutes, clients
// that read 12 kB/s are safe.
//
// Chunks of an *os.File are sent by sendfile.
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

// WriteHeader sends the header. It replaces the plain text errors of
// [http.ServeContent] (412, 416, 500) by problems.
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
	d.Header().Del("Content-Range")        // of bytes that are not sent
	if pawl.KindOf(err) == pawl.NotFound { // the row promises bytes that are not there
		err = pawl.Because(err, pawl.Internal, "the file's bytes are missing on the server")
	}
	d.refuse(err)
	return err
}

func refusal(status int) error {
	switch status {
	case http.StatusRequestedRangeNotSatisfiable:
		return problem.New(status, pawl.Invalid, "the requested range is not in the file")
	case http.StatusPreconditionFailed:
		return problem.New(status, pawl.Conflict, "the file does not match the precondition")
	default:
		return pawl.Errorf(pawl.Internal, "cannot read the file")
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

// unlimited removes the wrapper that [io.CopyN] puts around a reader, and returns its
// limit: sendfile recognizes a file through one wrapper only, which sendChunk adds.
func unlimited(src io.Reader) (io.Reader, int64) {
	if limited, ok := src.(*io.LimitedReader); ok {
		return limited.R, limited.N
	}
	return src, noLimit
}

// position returns the position of a seeker, or -1 for any other reader.
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

// canResume reports whether sending can continue after an error: the deadline passed,
// but a part of the chunk was sent. It then seeks src back to the first byte that was
// not sent. If the header could not be sent, the request's context has ended.
func (d *downloadWriter) canResume(src io.Reader, at int64, err error) bool {
	seeker, ok := src.(io.Seeker)
	if !ok || !errors.Is(err, os.ErrDeadlineExceeded) || d.request.Context().Err() != nil {
		return false
	}
	_, err = seeker.Seek(at, io.SeekStart)
	return err == nil
}

// record records the result of a copy. A source that ends before its limit is an error:
// bytes of the file are missing.
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

// extendDeadline sets a new write deadline. It fails without a connection, as in a test.
func (d *downloadWriter) extendDeadline() { _ = d.ctl.SetWriteDeadline(time.Now().Add(d.stall)) }

// finish sends an answer without a body, and leaves the connection to its next request
// without a deadline.
func (d *downloadWriter) finish() {
	d.sendHeader()
	_ = d.ctl.SetWriteDeadline(time.Time{})
}

// servedFrom0 reports whether a response that starts at the file's first byte was sent
// completely.
func (d *downloadWriter) servedFrom0() bool {
	if d.request.Method == http.MethodHead || d.err != nil || d.request.Context().Err() == context.Canceled {
		return false
	}
	return d.status == http.StatusOK || d.status == http.StatusPartialContent && beginsFile(d.Header().Get("Content-Range"))
}

// beginsFile reports whether a range starts at the first byte. Ranges of the first one or
// two bytes do not count: players use them to probe for range support.
func beginsFile(contentRange string) bool {
	return strings.HasPrefix(contentRange, "bytes 0-") &&
		!strings.HasPrefix(contentRange, "bytes 0-0/") && !strings.HasPrefix(contentRange, "bytes 0-1/")
}
