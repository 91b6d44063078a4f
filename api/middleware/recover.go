package middleware

import (
	"fmt"
	"net/http"
	"runtime/debug"

	"pawl/api/problem"
)

// Recover answers a panic with a problem, and notes the stack for the log entry of the
// request. It must run inside [Log]. If the response has been started, it aborts the
// connection, so that the client does not take the response as complete.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler:
				panic(v) // the handler aborts the connection
			default:
				err := fmt.Errorf("panic: %v\n%s", v, debug.Stack())
				if rec, ok := w.(*recorder); ok && rec.started() {
					problem.Note(r.Context(), err)
					panic(http.ErrAbortHandler)
				}
				problem.Write(w, r, err)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
