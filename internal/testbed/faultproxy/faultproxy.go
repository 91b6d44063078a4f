// Package faultproxy provides an HTTP proxy that counts requests and bytes, and makes
// requests fail or changes them on their way, as a test demands.
package faultproxy

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Op names what a request asks for.
type Op string

// Fault handles a request in place of the proxy. It may pass the request on, changed
// or not, by calling pass.
type Fault func(w http.ResponseWriter, r *http.Request, pass http.Handler)

// Proxy is an HTTP/1.1 proxy in front of one server, on the loopback interface. It
// buffers nothing.
type Proxy struct {
	Address  string // host:port
	classify func(*http.Request) Op
	pass     http.Handler
	server   *http.Server

	mu     sync.Mutex
	faults []rule
	calls  map[Op]int

	sent, received atomic.Int64
}

type rule struct {
	op    Op
	times int // how many more requests; -1: all
	fault Fault
}

// New starts a proxy in front of the server at target, host:port. Faults and counts
// distinguish requests by what classify returns.
func New(target string, classify func(*http.Request) Op) (*Proxy, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	to := &url.URL{Scheme: "http", Host: target}
	p := &Proxy{
		Address: l.Addr().String(), classify: classify, calls: make(map[Op]int),
		pass: &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				r.SetURL(to)
				r.Out.Host = r.In.Host // requests to S3 are signed for it
			},
			Transport:     &http.Transport{MaxIdleConnsPerHost: 100, DisableCompression: true},
			FlushInterval: -1,
			BufferPool:    buffers{},
			ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		},
	}
	p.server = &http.Server{
		Handler: p, ReadHeaderTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	go func() { _ = p.server.Serve(l) }() // until it is closed
	return p, nil
}

// Start is New for a test, with which the proxy ends.
func Start(t testing.TB, target string, classify func(*http.Request) Op) *Proxy {
	t.Helper()
	p, err := New(target, classify)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// Close closes the proxy and all its connections.
func (p *Proxy) Close() { _ = p.server.Close() }

// ServeHTTP passes a request on, or has it fail.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := p.classify(r)
	sent := r.Body
	r.Body = &counted{io.NopCloser(sent), &p.sent}
	counting := &countedWriter{w, &p.received}
	if fault := p.next(op); fault != nil {
		fault(counting, r, p.pass)
	} else {
		p.pass.ServeHTTP(counting, r)
	}
	// A client that is still sending would lose an early response to a reset.
	if http.NewResponseController(w).Flush() == nil {
		_, _ = io.Copy(io.Discard, sent)
	}
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

// Fail has a fault handle the next requests of an operation: all of them if times is
// -1.
func (p *Proxy) Fail(op Op, times int, fault Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, rule{op, times, fault})
}

// Heal removes all faults.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

// Calls returns how many requests for these operations there were; for all operations
// if none are named.
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

// Bytes returns how many bytes of bodies clients have sent, and received.
func (p *Proxy) Bytes() (sent, received int64) { return p.sent.Load(), p.received.Load() }

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

// buffers are large, since the proxy shares the machine with what is measured through
// it.
type buffers struct{}

func (buffers) Get() []byte { return make([]byte, 256<<10) }
func (buffers) Put([]byte)  {}
