package middleware

import (
	"net/http"
	"time"
)

// bodyTimeout is how long a request's body may take to begin. Who reads bodies
// that take longer moves the deadline as they come.
const bodyTimeout = time.Minute

// Body keeps a client from holding a connection with a body that never comes:
// net/http waits for it before it answers, whether or not the handler wants it.
// Requests without one get no deadline: it would cut an event stream.
func Body(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
		}
		next.ServeHTTP(w, r)
	})
}
