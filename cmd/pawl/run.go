package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"pawl"
	"pawl/api/tus"
)

const (
	headerTimeout  = 20 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10

	// shortRequests is how long a shutdown waits before it interrupts uploads: most
	// requests finish by then.
	shortRequests = 300 * time.Millisecond
)

// newHTTPServer returns a server without ReadTimeout and WriteTimeout, which would end
// long uploads and downloads. The handlers extend deadlines instead.
//
// HTTP/2 without TLS is off by default, since it is a large protocol that is only useful
// behind a proxy. An upload over HTTP/2 sends at most one window per round trip; with
// Go's default of 1 MiB that is 10 MiB/s at 100 ms.
func newHTTPServer(handler http.Handler, c config, log *slog.Logger) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(c.h2c)
	return &http.Server{
		Handler:           handler,
		Protocols:         protocols,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxReceiveBufferPerConnection: c.window, MaxReceiveBufferPerStream: c.window},
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// Run serves until ctx ends, then shuts down: see drain. It returns nil after a shutdown.
func (s *server) Run(ctx context.Context) error {
	defer s.listenToOthers()()
	defer s.startJanitor()()

	// At shutdown the context of all requests is cancelled. Its cause lets uploads save
	// what they have received.
	requests, interrupt := context.WithCancelCause(context.WithoutCancel(ctx))
	defer interrupt(nil)
	s.http.BaseContext = func(net.Listener) context.Context { return requests }
	s.http.RegisterOnShutdown(func() {
		time.AfterFunc(shortRequests, func() { interrupt(tus.ErrShutdown) })
	})

	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		s.drain()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
}

// drain stops accepting requests and waits for those in progress, at most for the
// shutdown timeout.
func (s *server) drain() {
	s.stopping.Store(true)
	s.log.Info("shutting down", "timeout", s.config.shutdown.String())
	ctx, cancel := context.WithTimeout(context.Background(), s.config.shutdown)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		s.log.Warn("shutdown timed out; closing connections", "error", err)
		_ = s.http.Close()
	}
}

// startJanitor runs the janitor. The returned function stops it and waits.
func (s *server) startJanitor() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	working.Go(func() { s.janitor.Run(ctx) })
	return func() {
		cancel()
		working.Wait()
	}
}

// listenToOthers handles notifications from other instances, also during a shutdown.
// The returned function stops it and waits.
func (s *server) listenToOthers() (stop func()) {
	if s.backends.listen == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	working.Go(func() {
		s.backends.listen(ctx, notifications{
			wanted: func(id pawl.ID) { working.Go(func() { s.uploads.Yield(context.WithoutCancel(ctx), id) }) },
			event:  s.events.Wake,
		})
	})
	return func() {
		cancel()
		working.Wait()
	}
}
