package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"pawl"
	"pawl/api"
	"pawl/api/metrics"
	"pawl/api/tus"
	"pawl/db/sqlite"
	"pawl/frontend"
	"pawl/storage/disk"
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
	store    *sqlite.Store
	janitor  *pawl.Janitor
	http     *http.Server
	listener net.Listener
	stopping atomic.Bool
	closers  []func() error // last opened, first closed
}

// openServer wires the house from the ground up, and listens.
func openServer(ctx context.Context, c config, log *slog.Logger) (_ *server, err error) {
	s := &server{config: c, log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()

	lock, err := lockDir(c.dataDir)
	if err != nil {
		return nil, err
	}
	s.onClose(lock.release)

	s.store, err = sqlite.Open(ctx, sqlite.Config{Path: c.database, Log: log})
	if err != nil {
		return nil, err
	}
	s.onClose(s.store.Close)

	blobs, err := disk.Open(disk.Config{Dir: c.blobs, Log: log})
	if err != nil {
		return nil, err
	}
	s.onClose(blobs.Close)

	gates, err := newGates(c, log)
	if err != nil {
		return nil, err
	}
	meters := metrics.New()
	events := pawl.NewEvents(s.store, pawl.OwnersOnly)
	uploads := pawl.NewUploads(pawl.UploadsConfig{
		Store: s.store, Blobs: blobs, Gates: gates, Policy: pawl.OwnersOnly, Events: events,
		MaxSize: c.maxSize, Observer: meters.Observer(), Log: log, Now: time.Now,
	})
	files := pawl.NewFiles(pawl.FilesConfig{
		Store: s.store, Blobs: blobs, Policy: pawl.OwnersOnly, Events: events, Log: log, Now: time.Now,
	})
	s.onClose(func() error { return putAway(uploads, files) })
	s.janitor = pawl.NewJanitor(pawl.JanitorConfig{
		Uploads: uploads, Files: files, Store: s.store, Blobs: blobs, Log: log, Now: time.Now,
	})
	watch(ctx, meters, uploads, s.janitor)

	uploadProtocol, err := tus.New(tus.Config{
		Uploads: uploads, Files: files, Principal: everybodyIsLocal, PublicURL: c.public(), Log: log,
		Download: api.Download(api.DownloadConfig{Files: files, Metrics: meters}),
	})
	if err != nil {
		return nil, err
	}
	handler, err := api.New(api.Config{
		Uploads: uploads, Files: files, Events: events, Tus: uploadProtocol, Page: frontend.Handler(),
		Server: serverInfo(c), Ready: s.ready, Metrics: meters, Log: log, Principal: everybodyIsLocal,
		PublicURL: c.public(), AllowedOrigins: c.corsOrigins, AllowedHosts: c.hosts(),
	})
	if err != nil {
		return nil, err
	}

	s.http = newHTTPServer(handler, log)
	s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", c.listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen where PAWL_LISTEN says: %w", err)
	}
	s.onClose(func() error { return ignoreClosed(s.listener.Close()) })
	return s, nil
}

// everybodyIsLocal is why Pawl listens on loopback alone unless it is told better:
// there is no login yet.
// watch adds what is looked at when the metrics are asked for.
func watch(ctx context.Context, meters *metrics.Metrics, uploads *pawl.Uploads, janitor *pawl.Janitor) {
	meters.Watch("uploads_open", "Uploads that are being written now.", func() float64 { return float64(len(uploads.Active())) })
	queue := func(count func(pawl.Queue) int) func() float64 {
		return func() float64 {
			waiting, err := janitor.Queue(ctx)
			if err != nil {
				return math.NaN()
			}
			return float64(count(waiting))
		}
	}
	meters.Watch("jobs_finish_waiting", "Uploads that have all their bytes and wait to become a file.",
		queue(func(q pawl.Queue) int { return q.Finishes }))
	meters.Watch("jobs_reclaim_waiting", "Deleted files and uploads whose bytes wait to be freed.",
		queue(func(q pawl.Queue) int { return q.Reclaims }))
}

func everybodyIsLocal(*http.Request) (pawl.Principal, error) { return pawl.Local, nil }

func serverInfo(c config) api.ServerInfo {
	return api.ServerInfo{
		Version: versionText(), MaxSize: c.maxSize,
		AllowedTypes: c.types.AllowTypes, DeniedTypes: c.types.DenyTypes,
		AllowedExtensions: c.types.AllowExtensions, DeniedExtensions: c.types.DenyExtensions,
	}
}

// putAway writes down what is only in memory.
func putAway(uploads *pawl.Uploads, files *pawl.Files) error {
	ctx, cancel := context.WithTimeout(context.Background(), putAwayTimeout)
	defer cancel()
	uploads.Close(ctx)
	return files.Flush(ctx)
}

const putAwayTimeout = 10 * time.Second

// ready reports what is away, for those who spread requests.
func (s *server) ready(ctx context.Context) error {
	if s.stopping.Load() {
		return pawl.Errorf(pawl.Unavailable, "the server is stopping")
	}
	return s.store.Ping(ctx)
}

func (s *server) onClose(f func() error) { s.closers = append(s.closers, f) }

// Close puts away what was opened, in the opposite order.
func (s *server) Close() error {
	var errs []error
	for len(s.closers) > 0 {
		last := len(s.closers) - 1
		errs = append(errs, s.closers[last]())
		s.closers = s.closers[:last]
	}
	return errors.Join(errs...)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
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
