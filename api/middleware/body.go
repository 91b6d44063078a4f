package middleware

import (
	"net/http"
	"time"
)

// bodyTimeout is the read deadline of a request body. Handlers of long bodies extend it
// as they read.
const bodyTimeout = time.Minute

// Body sets a read deadline for requests with a body: net/http would otherwise wait
// forever for a body that never arrives, even if the handler does not read it. Requests
// without a body get no deadline, which would end event streams. Bodies of requests for
// which reads returns false are dropped, see [DropBody].
func Body(reads func(*http.Request) bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength != 0 {
				_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
			}
			if !reads(r) {
				r = DropBody(r)
			}
			next.ServeHTTP(w, r)
		})
	}
}

// DropBody returns the request without its body. Over HTTP/2 a body that is not read
// would occupy memory up to the size of the receive window until the request ends;
// closing it frees the memory and discards the rest. Over HTTP/1.1 an unread body stays
// with the client.
func DropBody(r *http.Request) *http.Request {
	if r.ProtoMajor < 2 || r.ContentLength == 0 {
		return r
	}
	_ = r.Body.Close()
	r = r.WithContext(r.Context())
	r.Body, r.ContentLength = http.NoBody, 0
	return r
}
