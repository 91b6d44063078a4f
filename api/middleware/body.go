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
// Requests without one get no deadline: it would cut an event stream. The body of a
// request that none is wanted of is dropped.
func Body(wanted func(*http.Request) bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength != 0 {
				_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
			}
			if !wanted(r) {
				r = DropBody(r)
			}
			next.ServeHTTP(w, r)
		})
	}
}

// DropBody returns a request without its body, which nobody is going to read. Over
// HTTP/2 what has come of it would wait in memory, up to the size of the window, for
// as long as the request is under way; closed, it is let go, with all that follows.
// Over HTTP/1.1 an unread body waits at the client.
func DropBody(r *http.Request) *http.Request {
	if r.ProtoMajor < 2 || r.ContentLength == 0 {
		return r
	}
	_ = r.Body.Close()
	r = r.WithContext(r.Context())
	r.Body, r.ContentLength = http.NoBody, 0
	return r
}
