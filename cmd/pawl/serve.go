package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync/atomic"

	"pawl"
	"pawl/api/metrics"
	"pawl/events"
	"pawl/files"
	"pawl/upkeep"
	"pawl/uploads"
)

// serveCommand runs the server until it receives a signal.
type serveCommand struct{}

func (serveCommand) Run(a *app) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	raiseMaxProcs()
	s, err := openServer(a.ctx, c, newLog(a.stderr, c.logFormat, c.logLevel))
	if err != nil {
		return err
	}
	s.announce(a)
	return errors.Join(s.Run(a.ctx), s.Close())
}

// raiseMaxProcs sets GOMAXPROCS above the number of processors, unless the environment
// sets it. A goroutine in a sync system call holds its P until the runtime's monitor
// retakes it, so on a small machine two syncs block everything else. Twice as many Ps
// on two processors stored a third more small files and PATCHes per second.
func raiseMaxProcs() {
	if os.Getenv("GOMAXPROCS") == "" {
		procs := runtime.GOMAXPROCS(0)
		runtime.GOMAXPROCS(procs + min(procs, 8))
	}
}

// server is a running server: opened by openServer, run by Run, and closed by Close.
type server struct {
	config   config
	log      *slog.Logger
	meters   *metrics.Metrics
	backends backends
	events   *events.Feed
	uploads  *uploads.Service
	files    *files.Service
	janitor  *upkeep.Janitor
	http     *http.Server
	listener net.Listener
	stopping atomic.Bool
	closers
}

// openServer locks the data directory, opens the backends, wires the domain and opens
// the listener. The caller must close the server.
func openServer(ctx context.Context, c config, log *slog.Logger) (_ *server, err error) {
	s := &server{config: c, log: log, meters: metrics.New()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.lockDataDir(); err != nil {
		return nil, err
	}
	if s.backends, err = openBackends(ctx, c, log, awaitDatabase, false); err != nil {
		return nil, err
	}
	s.onClose(s.backends.Close)
	if err := s.wireDomain(ctx); err != nil {
		return nil, err
	}
	return s, s.listen(ctx)
}

// lockDataDir locks the directory that this process uses exclusively, if there is one.
// The error is an [errHeld] if another process has locked it.
func (s *server) lockDataDir() error {
	dir := s.config.ownDir()
	if dir == "" {
		return nil
	}
	lock, err := lockDir(dir)
	if err != nil {
		return err
	}
	s.onClose(lock.release)
	restrict(s.config, s.log)
	return nil
}

// ready returns an error if the server cannot serve requests, for load balancers.
func (s *server) ready(ctx context.Context) error {
	if s.stopping.Load() {
		return pawl.Errorf(pawl.Unavailable, "the server is shutting down")
	}
	if err := s.backends.store.Ping(ctx); err != nil || s.backends.writable == nil {
		return err
	}
	return s.backends.writable(ctx)
}

// closers is a list of functions that close what was opened, last opened first.
type closers []func() error

func (c *closers) onClose(f func() error) { *c = append(*c, f) }

// Close calls and removes all functions, and returns their errors joined.
func (c *closers) Close() error {
	var errs []error
	for len(*c) > 0 {
		last := len(*c) - 1
		errs = append(errs, (*c)[last]())
		*c = (*c)[:last]
	}
	return errors.Join(errs...)
}

// announce prints the URL of the server on a terminal, and logs it elsewhere.
func (s *server) announce(a *app) {
	url := s.url()
	if isTerminal(a.stderr) && s.config.logFormat != "json" {
		fmt.Fprintf(a.stderr, "Pawl is ready: %s\n", url)
		return
	}
	s.log.Info("Pawl is ready", "url", url, "listen", s.listener.Addr().String(), "version", versionText())
}

// url returns the URL of the server: the public one, or one that works on this machine.
func (s *server) url() string {
	if s.config.publicURL != nil {
		return s.config.public()
	}
	host, port, err := net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		return s.listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
