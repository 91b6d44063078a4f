package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"pawl"
	"pawl/api/problem"
)

// healthz reports that the process is up. It checks nothing else, so that a supervisor
// does not restart the process because the database is unavailable.
func healthz(w http.ResponseWriter, _ *http.Request) { ok(w) }

// readyTimeout is the timeout of the readiness checks.
const readyTimeout = 5 * time.Second

// readyz reports whether requests can be served, for load balancers.
func readyz(ready func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := ready(ctx); err != nil {
			problem.Write(w, r, pawl.Because(err, pawl.Unavailable, "not ready"))
			return
		}
		ok(w)
	}
}

func ok(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}
