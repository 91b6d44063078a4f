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

// serveCommand runs the server until a signal comes.
type serveCommand struct{}

func (serveCommand) Run(a *app) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	makeRoomForSyncs()
	s, err := openServer(a.ctx, c, newLog(a.stderr, c.logFormat, c.logLevel))
	if err != nil {
		return err
	}
	s.announce(a)
	return errors.Join(s.Run(a.ctx), s.Close())
}

// makeRoomForSyncs lets more goroutines run than there are processors. One that
// waits for the disk keeps its place until the runtime's monitor takes it away,
// and on a small machine two that sync stop everybody else: a third more small
// files and PATCHes were stored a second with twice the places on two processors.
func makeRoomForSyncs() {
	if os.Getenv("GOMAXPROCS") == "" {
		places := runtime.GOMAXPROCS(0)
		runtime.GOMAXPROCS(places + min(places, 8))
	}
}

// server is everything that runs: opened by openServer, set to work by Run, and
// put away by Close.
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

// openServer wires the house from the ground up, and listens.
func openServer(ctx context.Context, c config, log *slog.Logger) (_ *server, err error) {
	s := &server{config: c, log: log, meters: metrics.New()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.takeDir(); err != nil {
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

// takeDir takes the directory that this process has to itself, if there is one.
func (s *server) takeDir() error {
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

// ready reports what is away, for those who spread requests.
func (s *server) ready(ctx context.Context) error {
	if s.stopping.Load() {
		return pawl.Errorf(pawl.Unavailable, "the server is stopping")
	}
	if err := s.backends.store.Ping(ctx); err != nil || s.backends.writable == nil {
		return err
	}
	return s.backends.writable(ctx)
}

// closers puts away what was opened, in the opposite order.
type closers []func() error

func (c *closers) onClose(f func() error) { *c = append(*c, f) }

// Close puts everything away; doing so twice is harmless.
func (c *closers) Close() error {
	var errs []error
	for len(*c) > 0 {
		last := len(*c) - 1
		errs = append(errs, (*c)[last]())
		*c = (*c)[:last]
	}
	return errors.Join(errs...)
}

// announce tells a person where to open Pawl, and a log that it is there.
func (s *server) announce(a *app) {
	url := s.url()
	if isTerminal(a.stderr) && s.config.logFormat != "json" {
		fmt.Fprintf(a.stderr, "Pawl is ready: %s\n", url)
		return
	}
	s.log.Info("Pawl is ready", "url", url, "listen", s.listener.Addr().String(), "version", versionText())
}

// url is where this server can be opened.
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
