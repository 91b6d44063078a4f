package middleware

import (
	"io"
	"net/http"
	"sync/atomic"
)

// Counter is a request body that counts the bytes read. Others may ask for the count
// meanwhile.
type Counter struct {
	io.ReadCloser
	n       atomic.Int64
	observe func(n int)
}

// CountBody returns the request's Counter, with which it replaces the body unless that is
// one already: [Log] counts every body.
func CountBody(r *http.Request) *Counter {
	if c, ok := r.Body.(*Counter); ok {
		return c
	}
	c := &Counter{ReadCloser: r.Body}
	r.Body = c
	return c
}

func (c *Counter) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	if c.observe != nil && n > 0 {
		c.observe(n)
	}
	return n, err
}

// N returns how many bytes have been read.
func (c *Counter) N() int64 { return c.n.Load() }

// Observe has f called with the number of bytes of each Read from now on; nil ends that. It
// is not safe to call during a Read.
func (c *Counter) Observe(f func(n int)) { c.observe = f }
