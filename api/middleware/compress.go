package middleware

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// minCompressed is the minimum size of a response, in bytes, to be compressed: smaller
// ones fit into one packet anyway.
const minCompressed = 1 << 10

// Compress compresses responses with gzip for clients that accept it. It buffers the
// beginning of a response and is not suited for streams.
func Compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !acceptsGzip(r.Header.Get("Accept-Encoding")) {
			next.ServeHTTP(w, r)
			return
		}
		c := &compressor{ResponseWriter: w}
		next.ServeHTTP(c, r)
		c.finish() // not after a panic, which Recover answers
	})
}

// acceptsGzip reports whether an Accept-Encoding header allows gzip (RFC 9110 section
// 12.5.3).
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, weighed := strings.Cut(strings.ReplaceAll(part, " ", ""), ";q=")
		if !strings.EqualFold(coding, "gzip") {
			continue
		}
		q, err := strconv.ParseFloat(weight, 64)
		return !weighed || err == nil && q > 0
	}
	return false
}

var gzipWriters = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is valid
	}
	return w
}}

// compressor is a response writer that compresses bodies of at least minCompressed bytes.
type compressor struct {
	http.ResponseWriter
	status int
	held   []byte       // the body, while it is too short
	gzip   *gzip.Writer // nil while the body is too short
}

// Unwrap returns the underlying writer, for [http.ResponseController].
func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *compressor) WriteHeader(status int) {
	switch {
	case status < 200:
		c.ResponseWriter.WriteHeader(status)
	case c.status == 0:
		c.status = status
	}
}

func (c *compressor) Write(p []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	if c.gzip != nil {
		return c.gzip.Write(p)
	}
	c.held = append(c.held, p...)
	if len(c.held) < minCompressed {
		return len(p), nil
	}
	return len(p), c.start()
}

// start sends the header and the buffered bytes.
func (c *compressor) start() error {
	h := c.Header()
	h.Set("Content-Encoding", "gzip")
	h.Del("Content-Length")
	c.ResponseWriter.WriteHeader(c.status)
	c.gzip = gzipWriters.Get().(*gzip.Writer)
	c.gzip.Reset(c.ResponseWriter)
	_, err := c.gzip.Write(c.held)
	return err
}

// finish sends the rest. Errors are ignored: the client is gone.
func (c *compressor) finish() {
	switch {
	case c.gzip != nil:
		_ = c.gzip.Close()
		gzipWriters.Put(c.gzip)
	case c.status != 0:
		c.ResponseWriter.WriteHeader(c.status)
		_, _ = c.ResponseWriter.Write(c.held)
	}
}
