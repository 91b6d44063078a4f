// Package middleware provides the HTTP middleware of the server.
package middleware

import (
	"io"
	"net/http"
)

// recorder is a response writer that records status and size of a response. It supports
// [http.ResponseController] by Unwrap, and sendfile by ReadFrom.
type recorder struct {
	http.ResponseWriter
	status int
	sent   int64
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) WriteHeader(status int) {
	// Informational responses precede the final one (RFC 9110 §15.2).
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	w.wrote()
	n, err := w.ResponseWriter.Write(p)
	w.sent += int64(n)
	return n, err
}

// ReadFrom copies src to the underlying writer, which uses sendfile for an *os.File over
// HTTP/1.1 without TLS.
func (w *recorder) ReadFrom(src io.Reader) (int64, error) {
	w.wrote()
	n, err := io.Copy(w.ResponseWriter, src)
	w.sent += n
	return n, err
}

func (w *recorder) wrote() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}

// started reports whether the header has been written.
func (w *recorder) started() bool { return w.status != 0 }
