// Package problem converts errors to HTTP responses: the status for each [pawl.Kind], and
// a body of application/problem+json (RFC 9457) without internal details.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"pawl"
)

// ContentType is the media type of a problem (RFC 9457 §3).
const ContentType = "application/problem+json"

// RequestIDHeader is the header with the request id, in requests and responses. The
// middleware sets it before any handler runs, so that problems contain it.
const RequestIDHeader = "X-Request-Id"

// Problem is the body of every error response.
type Problem struct {
	Type      string  `json:"type" doc:"Always about:blank; see code" example:"about:blank"`
	Title     string  `json:"title" doc:"Reason phrase of the status" example:"Not Found"`
	Status    int     `json:"status" doc:"HTTP status" example:"404"`
	Detail    string  `json:"detail" doc:"Human-readable message" example:"no such file"`
	Code      string  `json:"code" enum:"invalid,not_found,gone,conflict,mismatch,locked,too_large,unsupported_type,refused,forbidden,no_space,unavailable,internal" doc:"Machine-readable error code"`
	RequestID string  `json:"request_id" doc:"Also in the server's log" example:"06f1q3m0k8s4v2t1"`
	Errors    []Fault `json:"errors,omitempty" nullable:"false" doc:"Faults in parts of the request"`
}

// Fault is a fault in a part of a request.
type Fault struct {
	Location string `json:"location" doc:"Location, such as body.name or query.limit"`
	Message  string `json:"message" doc:"Message"`
}

// Error returns the detail: a problem is also an error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType returns the media type of a problem, whatever the client accepts.
func (p *Problem) ContentType(string) string { return ContentType }

// Of returns the problem for err. For internal errors it contains no details.
func Of(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	a := responseTo(err)
	return New(a.status, a.code, message(err))
}

// New returns a problem with the given status, for errors that are specific to HTTP.
func New(status int, code pawl.Kind, detail string) *Problem {
	return &Problem{
		Type: "about:blank", Title: title(status),
		Status: status, Code: string(code), Detail: detail,
	}
}

func title(status int) string {
	if status == StatusChecksumMismatch {
		return "Checksum Mismatch"
	}
	return http.StatusText(status)
}

// Write sends the problem for err, and notes err for the log entry of the request. It
// removes headers that describe a successful response.
func Write(w http.ResponseWriter, r *http.Request, err error) {
	Note(r.Context(), err)
	p := *Of(err)
	p.RequestID = w.Header().Get(RequestIDHeader)
	h := w.Header()
	for _, stale := range staleHeaders {
		h.Del(stale)
	}
	SetRetryAfter(h, p.Status)
	h.Set("Content-Type", ContentType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(p) // an error means that the client is gone
	}
}

var staleHeaders = []string{
	"Content-Length", "Content-Encoding", "Content-Disposition", "Etag", "Last-Modified", "Repr-Digest",
}

// SetRetryAfter sets Retry-After for statuses of temporary errors.
func SetRetryAfter(h http.Header, status int) {
	switch status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	case http.StatusLocked:
		h.Set("Retry-After", "1")
	}
}

// message returns the outermost message for users in err's chain. For internal errors it
// is a general one.
func message(err error) string {
	if e, ok := errors.AsType[*pawl.Error](err); ok && e.Kind != pawl.Internal && e.Message != "" {
		return e.Message
	}
	a := responseTo(err)
	if a.detail != "" {
		return a.detail
	}
	return strings.ToLower(http.StatusText(a.status))
}

// noteKey is the context key of the note of a request.
type noteKey struct{}

// WithNote returns a context in which [Note] sets *note.
func WithNote(ctx context.Context, note *error) context.Context {
	return context.WithValue(ctx, noteKey{}, note)
}

// Note records why a request failed, to be logged with the request. Only the first note
// counts. It must be called by the goroutine that serves the request.
func Note(ctx context.Context, err error) {
	if note, ok := ctx.Value(noteKey{}).(*error); ok && *note == nil {
		*note = err
	}
}
