package s3test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Op is what a request asks of S3.
type Op string

// The operations that tests tell apart.
const (
	PutObject  Op = "PutObject"
	GetObject  Op = "GetObject"
	HeadObject Op = "HeadObject"
	Delete     Op = "Delete"
	Create     Op = "CreateMultipartUpload"
	UploadPart Op = "UploadPart"
	CopyPart   Op = "UploadPartCopy"
	Complete   Op = "CompleteMultipartUpload"
	Abort      Op = "AbortMultipartUpload"
	Other      Op = "other"
)

func opOf(r *http.Request) Op {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPost && q.Has("uploads"):
		return Create
	case r.Method == http.MethodPost && q.Has("uploadId"):
		return Complete
	case r.Method == http.MethodPost && q.Has("delete"), r.Method == http.MethodDelete && !q.Has("uploadId"):
		return Delete
	case r.Method == http.MethodDelete:
		return Abort
	case r.Method == http.MethodPut && q.Has("partNumber") && r.Header.Get("X-Amz-Copy-Source") != "":
		return CopyPart
	case r.Method == http.MethodPut && q.Has("partNumber"):
		return UploadPart
	case r.Method == http.MethodPut:
		return PutObject
	case r.Method == http.MethodHead:
		return HeadObject
	case r.Method == http.MethodGet && !q.Has("list-type") && !q.Has("uploads") && !q.Has("uploadId"):
		return GetObject
	}
	return Other
}

// Fault is what becomes of a request instead of being passed on and answered.
type Fault func(w http.ResponseWriter, r *http.Request, pass http.Handler)

// Proxy stands before a server, counts what is asked of it, and lets some of it fail.
type Proxy struct {
	Address string
	mu      sync.Mutex
	faults  []rule
	calls   map[Op]int

	up, down atomic.Int64
}

type rule struct {
	op    Op
	times int // how many more requests; -1: all
	fault Fault
}

// NewProxy makes one that ends with the test.
func NewProxy(t testing.TB, s *Server) *Proxy {
	p := &Proxy{calls: make(map[Op]int)}
	target := &url.URL{Scheme: "http", Host: s.Address}
	pass := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // what the request is signed for
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		op := opOf(r)
		sent := r.Body
		r.Body = &counted{io.NopCloser(sent), &p.up}
		counting := &countedWriter{w, &p.down}
		if fault := p.next(op); fault != nil {
			fault(counting, r, pass)
		} else {
			pass.ServeHTTP(counting, r)
		}
		// A client that is still sending would lose an early answer to a reset.
		if http.NewResponseController(w).Flush() == nil {
			_, _ = io.Copy(io.Discard, sent)
		}
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	p.Address = strings.TrimPrefix(server.URL, "http://")
	return p
}

func (p *Proxy) next(op Op) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[op]++
	for i := range p.faults {
		f := &p.faults[i]
		if f.op == op && f.times != 0 {
			f.times--
			return f.fault
		}
	}
	return nil
}

// Fail has the next requests of an operation fail: all of them with -1.
func (p *Proxy) Fail(op Op, times int, fault Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, rule{op, times, fault})
}

// Heal takes all faults back.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

// Calls is how often an operation was asked for; with none named, all together.
func (p *Proxy) Calls(ops ...Op) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(ops) == 0 {
		for _, calls := range p.calls {
			n += calls
		}
	}
	for _, op := range ops {
		n += p.calls[op]
	}
	return n
}

// Bytes is how much was sent to S3, and how much came back.
func (p *Proxy) Bytes() (up, down int64) { return p.up.Load(), p.down.Load() }

type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

type countedWriter struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c *countedWriter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.n.Add(int64(n))
	return n, err
}

func (c *countedWriter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Status answers with an error of S3's.
func Status(status int, code string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, errorBody(code))
	}
}

func errorBody(code string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>as the test wants it</Message></Error>`
}

// ErrorIn200 answers a completion as S3 does when it fails after it has begun to answer.
func ErrorIn200(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/xml")
	_, _ = io.WriteString(w, errorBody("InternalError"))
}

// LostAnswer does what is asked and breaks off before saying so.
func LostAnswer(_ http.ResponseWriter, r *http.Request, pass http.Handler) {
	pass.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// BrokenBody takes some of what is sent and breaks off.
func BrokenBody(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.CopyN(io.Discard, r.Body, 100_000)
	panic(http.ErrAbortHandler)
}

// BrokenAnswer gives a part of the answer and breaks off.
func BrokenAnswer(w http.ResponseWriter, r *http.Request, pass http.Handler) {
	whole := httptest.NewRecorder()
	pass.ServeHTTP(whole, r)
	for key, values := range whole.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(whole.Code)
	body := whole.Body.Bytes()
	_, _ = io.Copy(w, bytes.NewReader(body[:len(body)/2]))
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
