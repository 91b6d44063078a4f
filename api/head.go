package api

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// answerHead has every route that answers GET answer HEAD as well (RFC 9110 section
// 9.3.2): with the same handler, whose content the server leaves out. The event
// stream is left alone: it has no end.
func answerHead(r chi.Router) {
	outer := len(r.Middlewares()) // those that every route of r has anyway
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
