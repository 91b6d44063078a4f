// Package api is Pawl over HTTP: the REST API with its document, downloads, the
// event stream, and the place where tus and the page hang in. Handlers translate;
// every rule lives in the domain.
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

// Config is what the API is made of.
type Config struct {
	Uploads *uploads.Service
	Files   *files.Service
	Events  *events.Feed
	Tus     http.Handler // serves /files/, save plain GETs of a file
	Page    http.Handler // serves every path nobody else does; may be nil
	Server  ServerInfo
	Ready   func(context.Context) error // says what is away; may be nil
	Metrics *metrics.Metrics            // may be nil
	Log     *slog.Logger

	// Principal finds out who asks; everybody is pawl.Local if it is nil.
	Principal func(*http.Request) (pawl.Principal, error)
	// PublicURL is where people reach the server, if that is known.
	PublicURL string
	// AllowedOrigins are those of other sites whose pages may use the server.
	AllowedOrigins []string
	// AllowedHosts are names the server answers to, beside those of loopback, IP
	// addresses and the name in PublicURL.
	AllowedHosts []string
	// Redirects is where else the bytes of files are; may be nil.
	Redirects *Redirects
	// Stall is how long a download's reader may take nothing; 2 minutes if zero.
	Stall time.Duration

	pace pace
}

const (
	tusPath    = "/files/"
	restPath   = "/api/v1"
	eventsPath = restPath + "/events"
)

// New is the handler of everything. Its error is about the configuration.
func New(c Config) (http.Handler, error) {
	sameOrigin, err := middleware.SameOrigin(c.AllowedOrigins)
	if err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	r.Use(middleware.RequestID, middleware.Log(c.Log, c.measure()), middleware.Recover, middleware.Body(wantsBody), middleware.Headers,
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
	answerHead(r)
	return r, nil
}

// register adds everything below /api/v1, to the router and to the document.
func (c Config) register(r chi.Router) huma.API {
	compressed := r.With(middleware.Compress)
	rest := newREST(compressed)
	fileRoutes{c.Files}.register(rest)
	deletions{c.Files}.register(rest)
	uploadRoutes{c.Uploads}.register(rest)
	stats{c.Files, time.Now}.register(rest)
	c.Server.register(rest)

	r.Method(http.MethodGet, restPath+"/files/{id}/content", c.download())
	r.Method(http.MethodGet, eventsPath, eventStream{c.Events, c.Files, c.Uploads, c.pace})
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

// hosts returns the names this server answers to.
func (c Config) hosts() []string {
	hosts := slices.Clone(c.AllowedHosts)
	if u, err := url.Parse(c.PublicURL); err == nil && u.Host != "" {
		hosts = append(hosts, u.Hostname())
	}
	return hosts
}
