// Package tus implements the tus resumable upload protocol, version 1.0, with tusd's
// handler: a server in front of it checks what the protocol requires and the handler lets
// pass, and behind it package uploads has state, bytes and locks.
package tus

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	xslog "golang.org/x/exp/slog"

	"pawl"
	"pawl/api/middleware"
	"pawl/api/problem"
	"pawl/files"
	"pawl/uploads"
)

// ErrShutdown is the cause with which the server's base context is to be canceled at
// shutdown: requests in the middle of an upload then keep what they have received, and
// their clients are told to resume later.
var ErrShutdown error = handler.ErrServerShutdown

// Config is what the protocol requires.
type Config struct {
	Uploads   *uploads.Service
	Files     *files.Service
	Principal func(*http.Request) (pawl.Principal, error)
	Download  http.Handler // serves GET of a finished upload; the principal is in its context
	Received  func(n int)  // called with the bytes of upload bodies as they arrive; may be nil
	PublicURL string       // where clients reach the server; empty: Location is relative to it
	Log       *slog.Logger
}

const (
	// Path is the path of all uploads.
	Path = "/files/"

	version    = "1.0.0"
	extensions = "creation,creation-with-upload,creation-defer-length,termination,concatenation,concatenation-unfinished,checksum,checksum-trailer"

	// stallTimeout is how long a client may send nothing in the middle of a body.
	stallTimeout = 60 * time.Second
	// afterClose is how long tusd's own contexts outlive a request. Ours do not need the
	// time: what must be finished is not canceled with the request.
	afterClose = time.Millisecond
)

// server checks requests before tusd's handler gets them.
type server struct {
	Config
	routed   http.Handler // tusd's handler, by method
	download http.Handler
}

// New returns the handler for everything under Path.
func New(c Config) (http.Handler, error) {
	composer := handler.NewStoreComposer()
	data := store{c.Uploads, c.Files}
	composer.UseCore(data)
	composer.UseTerminater(data)
	composer.UseConcater(data)
	composer.UseLengthDeferrer(data)
	composer.UseLocker(locker{c.Uploads})
	tusd, err := handler.NewUnroutedHandler(handler.Config{
		StoreComposer:                    composer,
		BasePath:                         Path,
		DisableDownload:                  true,
		Cors:                             &handler.CorsConfig{Disable: true},
		Logger:                           xslog.New(silent{}),
		GracefulRequestCompletionTimeout: afterClose,
		NetworkTimeout:                   stallTimeout,
	})
	if err != nil {
		return nil, fmt.Errorf("tus: %w", err)
	}
	return &server{
		Config: c, routed: tusd.Middleware(byMethod(tusd)), download: middleware.Principal(c.Principal)(c.Download),
	}, nil
}

// url returns the URL of the upload that a request has created: below the configured
// address, or else a path, which is right whatever scheme, host and port the client uses. A
// proxy that strips a path prefix sends it as X-Forwarded-Prefix.
func (x *exchange) url() string {
	base := strings.TrimSuffix(x.PublicURL, "/")
	if base == "" {
		base = prefixOf(x.request.Header)
	}
	url := base + Path + string(x.location)
	if x.token != "" {
		url += "?" + tokenKey + "=" + x.token
	}
	return url
}

// prefixOf returns X-Forwarded-Prefix if it is a plain path.
func prefixOf(h http.Header) string {
	prefix := h.Get("X-Forwarded-Prefix")
	if !strings.HasPrefix(prefix, "/") || strings.Contains(prefix, "//") || strings.ContainsFunc(prefix, isNotPlain) {
		return ""
	}
	return strings.TrimSuffix(prefix, "/")
}

func isNotPlain(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("/-_.~", r)
}

func byMethod(tusd *handler.UnroutedHandler) http.Handler {
	methods := map[string]http.HandlerFunc{
		http.MethodPost: tusd.PostFile, http.MethodHead: tusd.HeadFile,
		http.MethodPatch: tusd.PatchFile, http.MethodDelete: tusd.DelFile,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if exchangeOf(r.Context()).body.hasEnded() {
			// tusd's middleware has set a deadline for a body that does not come. It
			// would be met by a join that takes long; see [body.interrupt].
			_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		}
		methods[r.Method](w, r)
	})
}

// ServeHTTP checks a request, has tusd's handler serve it, and cleans up after it.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	trailer := r.Trailer // a copy of the request does not get the trailer
	r = overrideMethod(r)
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
		r = middleware.DropBody(r)
	}
	switch r.Method {
	case http.MethodOptions:
		s.describe(w)
		return
	case http.MethodGet:
		s.download.ServeHTTP(w, r)
		return
	}
	x, err := s.begin(w, r)
	x.trailer = trailer
	if err == nil {
		err = x.check()
	}
	defer x.body.finish()
	if err != nil {
		x.refuse(err)
	} else {
		s.routed.ServeHTTP(x.response, x.request)
	}
	x.end()
}

// describe answers OPTIONS (tus 1.0, "OPTIONS").
func (s *server) describe(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Tus-Resumable", version)
	h.Set("Tus-Version", version)
	h.Set("Tus-Extension", s.extensions())
	h.Set("Tus-Checksum-Algorithm", checksumAlgorithms)
	if s.Uploads.MaxSize > 0 {
		h.Set("Tus-Max-Size", fmt.Sprint(s.Uploads.MaxSize))
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *server) extensions() string {
	if s.Uploads.Expiry == 0 {
		return extensions
	}
	return extensions + ",expiration"
}

// overrideMethod returns the request with the method in X-HTTP-Method-Override, for clients
// that cannot send all methods (tus 1.0, "X-HTTP-Method-Override"). net/http frames the
// response by its own request, which keeps the real method.
func overrideMethod(r *http.Request) *http.Request {
	method := r.Header.Get("X-HTTP-Method-Override")
	if method == "" {
		return r
	}
	r = r.Clone(r.Context())
	if r.Method = method; isASCII(method) {
		r.Method = strings.ToUpper(strings.Trim(method, " \t"))
	}
	r.Header.Del("X-HTTP-Method-Override") // tusd's handler would apply it again
	return r
}

// begin returns the exchange of a request. It is never nil, so that an error can be
// answered.
func (s *server) begin(w http.ResponseWriter, r *http.Request) (*exchange, error) {
	x := &exchange{server: s, declares: pawl.UnknownLength}
	x.body = newBody(w, r)
	x.body.src.Observe(s.Received)
	x.response = &response{ResponseWriter: w, x: x}
	x.request = r.WithContext(withExchange(r.Context(), x))
	x.request.Body = x.body
	return x, x.identify()
}

// refuse answers a request that tusd's handler does not get.
func (x *exchange) refuse(err error) {
	e := x.toTus(err)
	h := x.response.Header()
	h.Set("Tus-Resumable", version)
	h.Set("X-Content-Type-Options", "nosniff")
	for key, value := range e.HTTPResponse.Header {
		h.Set(key, value)
	}
	x.response.WriteHeader(e.HTTPResponse.StatusCode)
	if x.request.Method != http.MethodHead {
		_, _ = x.response.Write([]byte(e.HTTPResponse.Body))
	}
}

// toTus returns an error as a response that clients of the protocol can act on: a sentence
// in plain text. A temporary failure must not look final to them: most discard their
// progress when a HEAD fails with anything but 423.
func (x *exchange) toTus(err error) handler.Error {
	problem.Note(x.request.Context(), err)
	p := problem.Of(err)
	status := p.Status
	header := handler.HTTPHeader{"Content-Type": "text/plain; charset=utf-8"}
	switch {
	case x.request.Method == http.MethodHead && status >= 500:
		status = http.StatusLocked
		header["Retry-After"] = "2"
	case pawl.KindOf(err) == pawl.Interrupted:
		status = x.interruptedStatus()
		header["Retry-After"] = "1"
	case status == http.StatusServiceUnavailable, status == http.StatusLocked:
		header["Retry-After"] = "2"
	}
	for key, value := range headersOf(err) {
		header[key] = value
	}
	return handler.Error{
		ErrorCode: p.Code, Message: p.Detail,
		HTTPResponse: handler.HTTPResponse{StatusCode: status, Body: p.Detail + "\n", Header: header},
	}
}

// interruptedStatus returns the status for clients that can still receive it: those whose
// server shuts down, and those whose upload another request has taken over.
func (x *exchange) interruptedStatus() int {
	if shuttingDown(x.request.Context()) {
		return http.StatusServiceUnavailable
	}
	return http.StatusConflict
}
