package middleware

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"pawl/api/problem"
)

// Measure is called after each request. The route is the pattern that matched, or "" if
// none did.
type Measure func(route, method string, status int, took time.Duration)

// Log logs each request when it has ended, with the cause of a failure. It does not log
// query strings and headers, which may contain secrets. measure may be nil.
func Log(log *slog.Logger, measure Measure) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			var cause error
			rec := &recorder{ResponseWriter: w}
			r = r.WithContext(problem.WithNote(r.Context(), &cause))
			body := CountBody(r)
			defer func() {
				rec.wrote() // net/http sends 200 if the handler wrote nothing
				took := time.Since(start)
				if measure != nil {
					measure(route(r.Context()), r.Method, rec.status, took)
				}
				line(log, r, rec, body.N(), took, cause)
			}()
			next.ServeHTTP(rec, r)
		})
	}
}

func line(log *slog.Logger, r *http.Request, w *recorder, in int64, took time.Duration, cause error) {
	level := levelOf(w.status)
	if !log.Enabled(r.Context(), level) {
		return
	}
	attrs := make([]slog.Attr, 0, 9)
	attrs = append(attrs,
		slog.String("method", r.Method),
		slog.String("path", r.URL.Path),
		slog.Int("status", w.status),
		slog.Int64("in", in),
		slog.Int64("out", w.sent),
		slog.Duration("took", took),
		slog.String("request_id", w.Header().Get(problem.RequestIDHeader)),
		slog.String("remote", host(r.RemoteAddr)),
	)
	if cause != nil {
		attrs = append(attrs, slog.Any("error", cause))
	}
	log.LogAttrs(r.Context(), level, "request", attrs...)
}

func levelOf(status int) slog.Level {
	switch {
	case status == http.StatusServiceUnavailable, status == http.StatusInsufficientStorage:
		return slog.LevelWarn // temporary
	case status >= 500:
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}

func host(addr string) string {
	if h, _, err := net.SplitHostPort(addr); err == nil {
		return h
	}
	return addr
}

// route returns the pattern that chi matched, or "" if none did.
func route(ctx context.Context) string {
	if c := chi.RouteContext(ctx); c != nil {
		return c.RoutePattern()
	}
	return ""
}
