package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"pawl"
	"pawl/api/problem"
)

// fallback returns the handler of paths without a route: the page, which has client-side
// routes, or a problem below /api/.
func (c Config) fallback() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case c.Page == nil, r.URL.Path == "/api", strings.HasPrefix(r.URL.Path, "/api/"):
			problem.Write(w, r, pawl.Errorf(pawl.NotFound, "no such endpoint"))
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			refuseMethod(w, r, http.MethodGet, http.MethodHead)
		default:
			c.Page.ServeHTTP(w, r)
		}
	}
}

var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// methodNotAllowed answers requests for a route that does not support the method.
func methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	path := r.URL.RawPath
	if path == "" {
		path = r.URL.Path
	}
	routes := chi.RouteContext(r.Context()).Routes
	allowed := slices.DeleteFunc(slices.Clone(methods), func(method string) bool {
		return !routes.Match(chi.NewRouteContext(), method, path)
	})
	refuseMethod(w, r, allowed...)
}

func refuseMethod(w http.ResponseWriter, r *http.Request, allowed ...string) {
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	problem.Write(w, r, problem.New(http.StatusMethodNotAllowed, pawl.Invalid, "the method is not allowed for this path"))
}
