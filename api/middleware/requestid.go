package middleware

import (
	"net/http"
	"time"

	"pawl"
	"pawl/api/problem"
)

// RequestID sets X-Request-Id in every response: that of the request if it is safe to
// log, else a new one.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(problem.RequestIDHeader)
		if !isSafeID(id) {
			id = string(pawl.NewID(time.Now()))
		}
		w.Header().Set(problem.RequestIDHeader, id)
		next.ServeHTTP(w, r)
	})
}

func isSafeID(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}
