// Package middleware is what every request passes on its way to a handler.
package middleware

import (
	"io"
	"net/http"
	"sync/atomic"
)

// record is a response writer that remembers what was answered. It keeps the
// way to the connection open: Unwrap for [http.ResponseController], ReadFrom for
// sendfile.
type record struct {
	http.ResponseWriter
	status int
	sent   int64
}

func (w *record) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *record) WriteHeader(status int) {
	// Informational answers come before the one that counts (RFC 9110 §15.2).
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *record) Write(p []byte) (int, error) {
	w.wrote()
	n, err := w.ResponseWriter.Write(p)
	w.sent += int64(n)
	return n, err
}

// ReadFrom hands src to the connection as it is; HTTP/2 has no ReadFrom and gets
// it by plain writes.
func (w *record) ReadFrom(src io.Reader) (int64, error) {
	w.wrote()
	n, err := io.Copy(w.ResponseWriter, src)
	w.sent += n
	return n, err
}

func (w *record) wrote() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}

// started reports whether the head of the answer has left the handler.
func (w *record) started() bool { return w.status != 0 }

// counted is a request body that counts what was read of it. A handler may read
// in one goroutine while another looks.
type counted struct {
	io.ReadCloser
	n atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}
