package faultproxy

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
)

// LostAnswer passes the request on and closes the connection instead of responding.
func LostAnswer(_ http.ResponseWriter, r *http.Request, pass http.Handler) {
	pass.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// BrokenBody reads the beginning of the body and closes the connection.
func BrokenBody(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.CopyN(io.Discard, r.Body, 100_000)
	panic(http.ErrAbortHandler)
}

// BrokenAnswer sends the first half of the response and closes the connection.
func BrokenAnswer(w http.ResponseWriter, r *http.Request, pass http.Handler) {
	whole := httptest.NewRecorder()
	pass.ServeHTTP(whole, r)
	for key, values := range whole.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(whole.Code)
	body := whole.Body.Bytes()
	_, _ = io.Copy(w, bytes.NewReader(body[:len(body)/2]))
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// Changed passes each request on after change has changed it.
func Changed(change func(*http.Request)) Fault {
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		change(r)
		pass.ServeHTTP(w, r)
	}
}
