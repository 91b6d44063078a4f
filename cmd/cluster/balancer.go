package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// balancer spreads requests over the instances that say they are ready. It keeps
// nothing back: bodies pass in both directions as they come, of any length.
type balancer struct {
	backends []*backend
	// pick chooses among those ready, which are never none.
	pick  func(ready []*backend) *backend
	proxy *httputil.ReverseProxy
	next  http.RoundTripper
	log   *slog.Logger
}

// backend is an instance as the balancer sees it.
type backend struct {
	host string // and port
	up   atomic.Bool
}

const (
	checkEvery  = 250 * time.Millisecond
	checkWithin = time.Second
	// patience is how long a request waits for an instance when none is ready.
	patience = 5 * time.Second
)

// newBalancer spreads requests over these addresses, in turn.
func newBalancer(addresses []string, log *slog.Logger) *balancer {
	b := &balancer{pick: inTurn(), log: log, next: &http.Transport{
		MaxIdleConnsPerHost: 64,
		DisableCompression:  true,
	}}
	for _, address := range addresses {
		b.backends = append(b.backends, &backend{host: address})
	}
	b.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetXForwarded()
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "instance" // chosen by RoundTrip
			r.Out.Host = r.In.Host
			r.Out.Trailer = r.In.Trailer // filled in at the body's end
		},
		Transport:     b,
		FlushInterval: -1,
		ErrorHandler:  b.fail,
		ErrorLog:      slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	return b
}

func inTurn() func([]*backend) *backend {
	var turn atomic.Uint64
	return func(ready []*backend) *backend { return ready[turn.Add(1)%uint64(len(ready))] }
}

// ServeHTTP lets an instance answer before the request's body has ended: without
// full duplex, Go's server would hold that answer back until it has. In return
// nobody may be at the body when this returns.
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex() // HTTP/2 has it anyway
	if r.Body != nil && r.Body != http.NoBody {
		in := &incoming{src: r.Body}
		r.Body = in
		defer in.end(control)
	}
	b.proxy.ServeHTTP(w, r)
}

// incoming is the body as it comes from the client.
type incoming struct {
	src io.ReadCloser
	mu  sync.Mutex // held while it is read

	whole bool // it has come to its end
	over  bool
}

func (i *incoming) Read(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.over {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := i.src.Read(p)
	i.whole = i.whole || errors.Is(err, io.EOF)
	return n, err
}

// Close is the server's to do.
func (i *incoming) Close() error { return nil }

// end waits for a read that is under way, which it cuts short. Of a body that was
// not read to its end the rest may still be on its way: the connection goes with
// it, as soon as the answer is out.
func (i *incoming) end(control *http.ResponseController) {
	if !i.mu.TryLock() {
		_ = control.SetReadDeadline(time.Now())
		i.mu.Lock()
	}
	defer i.mu.Unlock()
	i.over = true
	if !i.whole {
		_ = control.Flush()
		panic(http.ErrAbortHandler)
	}
}

// watch asks the instances whether they are ready, until ctx ends.
func (b *balancer) watch(ctx context.Context) {
	var checks sync.WaitGroup
	defer checks.Wait()
	for _, each := range b.backends {
		checks.Go(func() {
			for ctx.Err() == nil {
				each.up.Store(answersOK(ctx, "http://"+each.host+"/readyz", checkWithin))
				select {
				case <-ctx.Done():
				case <-time.After(checkEvery):
				}
			}
		})
	}
}

// RoundTrip sends a request to one instance, and to another where that one has
// seen nothing of it that could have had an effect.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	var tried []*backend
	for {
		to, err := b.choose(r.Context(), tried)
		if err != nil {
			return nil, err
		}
		resp, untouched, err := b.send(r, to)
		if err == nil || !untouched || r.Context().Err() != nil {
			return resp, err
		}
		to.up.Store(false) // until it says otherwise
		if tried = append(tried, to); len(tried) > len(b.backends) {
			return nil, err
		}
	}
}

var errNobody = errors.New("no instance is ready")

// choose waits for an instance that is ready, rather one that was not tried yet.
func (b *balancer) choose(ctx context.Context, tried []*backend) (*backend, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errNobody)
	defer cancel()
	for {
		ready := slices.DeleteFunc(slices.Clone(b.backends), func(each *backend) bool { return !each.up.Load() })
		fresh := slices.DeleteFunc(slices.Clone(ready), func(each *backend) bool { return slices.Contains(tried, each) })
		switch {
		case len(fresh) > 0:
			return b.pick(fresh), nil
		case len(ready) > 0:
			return b.pick(ready), nil
		}
		select {
		case <-time.After(pollEvery):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// send tries one instance. untouched means that the request can go to another:
// there was no connection, or it only asks and has no body.
func (b *balancer) send(r *http.Request, to *backend) (resp *http.Response, untouched bool, err error) {
	out := r.Clone(r.Context())
	out.URL.Host, out.Trailer = to.host, r.Trailer
	var body *once
	if r.Body != nil && r.Body != http.NoBody {
		body = &once{src: r.Body}
		out.Body = body
	}
	resp, err = b.next.RoundTrip(out)
	if err == nil {
		return resp, false, nil
	}
	begun := body != nil && body.end()
	return nil, !begun && (isDial(err) || asksOnly(r)), err
}

func isDial(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

func asksOnly(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
}

// once is the body on its way to one instance. The transport may still reach for
// it after it has failed; then there is nothing, so that all is there for the next.
type once struct {
	src   io.ReadCloser
	mu    sync.Mutex
	begun bool
	ended bool
}

func (o *once) Read(p []byte) (int, error) {
	o.mu.Lock()
	if o.ended {
		o.mu.Unlock()
		return 0, http.ErrBodyReadAfterClose
	}
	o.begun = true
	o.mu.Unlock()
	return o.src.Read(p)
}

// Close leaves the body open: whoever serves the request closes it.
func (o *once) Close() error { return nil }

// end stops reads, and reports whether there has been any.
func (o *once) end() (begun bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	return o.begun
}

// fail answers where no instance did.
func (b *balancer) fail(w http.ResponseWriter, r *http.Request, err error) {
	b.log.DebugContext(r.Context(), "no answer", "method", r.Method, "path", r.URL.Path, "error", err)
	status := http.StatusBadGateway
	if errors.Is(err, errNobody) {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Retry-After", "1")
	http.Error(w, "no instance of Pawl could answer; try again", status)
}
