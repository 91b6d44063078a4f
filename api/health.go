package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"pawl"
	"pawl/api/problem"
)

// healthz says that the process is up, and asks nothing else: who restarts
// processes by it must not restart this one because a database is away.
func healthz(w http.ResponseWriter, _ *http.Request) { ok(w) }

// readyTimeout is how long the parts may take to say that they are there.
const readyTimeout = 5 * time.Second

// readyz says whether requests can be served: who spreads them asks it.
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
