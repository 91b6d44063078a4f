package middleware

import (
	"fmt"
	"net/http"
	"runtime/debug"

	"pawl/api/problem"
)

// Recover turns a panic into a problem, and leaves the stack for the request's
// line in the log. It runs inside [Log]. Where the answer has begun already, the
// connection is cut, so that nobody takes half an answer for a whole one.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler:
				panic(v) // a handler that wants just this
			default:
				err := fmt.Errorf("panic: %v\n%s", v, debug.Stack())
				if rec, ok := w.(*record); ok && rec.started() {
					problem.Note(r.Context(), err)
					panic(http.ErrAbortHandler)
				}
				problem.Write(w, r, err)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
