package api

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// addHead adds HEAD to every route with GET (RFC 9110 section 9.3.2), except the event
// stream, which does not end. The handler is the same; net/http discards the body.
func addHead(r chi.Router) {
	outer := len(r.Middlewares()) // those of every route
	var missing []func()
	_ = chi.Walk(r, func(method, route string, handler http.Handler, around ...func(http.Handler) http.Handler) error {
		if method == http.MethodGet && route != eventsPath && !r.Match(chi.NewRouteContext(), http.MethodHead, route) {
			missing = append(missing, func() { r.With(around[outer:]...).Method(http.MethodHead, route, handler) })
		}
		return nil
	})
	for _, register := range missing {
		register()
	}
}
