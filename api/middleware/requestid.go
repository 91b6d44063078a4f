package middleware

import (
	"net/http"
	"time"

	"pawl"
	"pawl/api/problem"
)

// RequestID gives every answer an X-Request-Id: the one the client or a proxy
// sent, if it is harmless to log, else a new one.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(problem.RequestIDHeader)
		if !saneID(id) {
			id = string(pawl.NewID(time.Now()))
		}
		w.Header().Set(problem.RequestIDHeader, id)
		next.ServeHTTP(w, r)
	})
}

func saneID(id string) bool {
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
