// Package api serves Pawl over HTTP: the REST API and its OpenAPI document, downloads
// and the event stream. It routes other paths to the tus handler and the page. Handlers
// only translate between HTTP and the domain, which has all rules.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"pawl"
	"pawl/api/metrics"
	"pawl/api/middleware"
	"pawl/events"
	"pawl/files"
	"pawl/uploads"
)

// Config configures the handler.
type Config struct {
	Uploads *uploads.Service
	Files   *files.Service
	Events  *events.Feed
	Tus     http.Handler // serves /files/ except downloads
	Page    http.Handler // serves all other paths; may be nil
	Server  ServerInfo
	Ready   func(context.Context) error // returns why the server is not ready; may be nil
	Metrics *metrics.Metrics            // may be nil
	Log     *slog.Logger

	// Principal authenticates a request; if nil, everybody is pawl.Local.
	Principal func(*http.Request) (pawl.Principal, error)
	// PublicURL is the public address of the server; may be empty.
	PublicURL string
	// AllowedOrigins are origins of other sites whose pages may use the server.
	AllowedOrigins []string
	// AllowedHosts are accepted host names, beside loopback names, IP addresses and the
	// host of PublicURL.
	AllowedHosts []string
	// Redirects redirects downloads to the storage; may be nil.
	Redirects *Redirects
	// Stall is how long a download may make no progress; 2 minutes if zero.
	Stall time.Duration

	intervals intervals // of event streams
}

const (
	tusPath    = "/files/"
	restPath   = "/api/v1"
	eventsPath = restPath + "/events"
)

// New returns the handler of all paths. It returns an error if an allowed origin is
// invalid.
func New(c Config) (http.Handler, error) {
	sameOrigin, err := middleware.SameOrigin(c.AllowedOrigins)
	if err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	r.Use(middleware.RequestID, middleware.Log(c.Log, c.measure()), middleware.Recover, middleware.Body(readsBody), middleware.Headers,
		middleware.Hosts(c.hosts()), middleware.CORS(c.AllowedOrigins))
	r.NotFound(c.fallback())
	r.MethodNotAllowed(methodNotAllowed)

	r.Get("/healthz", healthz)
	r.Get("/readyz", readyz(c.ready()))
	if c.Metrics != nil {
		r.Method(http.MethodGet, "/metrics", c.Metrics.Handler())
	}
	r.Handle("/files", c.uploadPath())
	r.Handle("/files/*", c.uploadPath())
	r.Group(func(r chi.Router) {
		r.Use(middleware.Principal(c.principal()), middleware.Data, sameOrigin)
		c.register(r)
	})
	addHead(r)
	return r, nil
}

// register adds the endpoints below /api/v1 to the router and to the OpenAPI document.
func (c Config) register(r chi.Router) huma.API {
	compressed := r.With(middleware.Compress)
	rest := newREST(compressed)
	fileRoutes{c.Files}.register(rest)
	deletions{c.Files}.register(rest)
	uploadRoutes{c.Uploads}.register(rest)
	stats{c.Files, time.Now}.register(rest)
	c.Server.register(rest)

	r.Method(http.MethodGet, restPath+"/files/{id}/content", c.download())
	r.Method(http.MethodGet, eventsPath, eventStream{c.Events, c.Files, c.Uploads, c.intervals})
	describeStreams(rest.OpenAPI())
	registerDocument(compressed, rest.OpenAPI())
	return rest
}

func (c Config) measure() middleware.Measure {
	if c.Metrics == nil {
		return nil
	}
	return c.Metrics.Request
}

func (c Config) ready() func(context.Context) error {
	if c.Ready == nil {
		return func(context.Context) error { return nil }
	}
	return c.Ready
}

func (c Config) principal() func(*http.Request) (pawl.Principal, error) {
	if c.Principal == nil {
		return func(*http.Request) (pawl.Principal, error) { return pawl.Local, nil }
	}
	return c.Principal
}

// hosts returns the accepted host names.
func (c Config) hosts() []string {
	hosts := slices.Clone(c.AllowedHosts)
	if u, err := url.Parse(c.PublicURL); err == nil && u.Host != "" {
		hosts = append(hosts, u.Hostname())
	}
	return hosts
}
