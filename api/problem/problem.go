// Package problem is the one place that turns an error into an HTTP answer: the
// status of each [pawl.Kind], and a body of application/problem+json (RFC 9457)
// that tells people what happened and never how Pawl is built.
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

// RequestIDHeader carries the id of the request, in the answer too. The
// middleware sets it before anything else runs, so that problems can quote it.
const RequestIDHeader = "X-Request-Id"

// Problem is the body of every refusal.
type Problem struct {
	Type      string  `json:"type" doc:"Always about:blank: code tells the kinds apart" example:"about:blank"`
	Title     string  `json:"title" doc:"The status in words" example:"Not Found"`
	Status    int     `json:"status" doc:"The HTTP status" example:"404"`
	Detail    string  `json:"detail" doc:"A sentence for people" example:"no such file"`
	Code      string  `json:"code" enum:"invalid,not_found,gone,conflict,mismatch,locked,too_large,unsupported_type,refused,forbidden,no_space,unavailable,internal" doc:"The kind of failure, for programs"`
	RequestID string  `json:"request_id" doc:"Quote it when you ask for help" example:"06f1q3m0k8s4v2t1"`
	Errors    []Fault `json:"errors,omitempty" nullable:"false" doc:"What is wrong with which part of the request"`
}

// Fault is one thing that is wrong with a request.
type Fault struct {
	Location string `json:"location" doc:"Where, for example body.name or query.limit"`
	Message  string `json:"message" doc:"What is wrong with it"`
}

// Error makes a problem an error whose answer is already known.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of a problem, whatever the client prefers.
func (p *Problem) ContentType(string) string { return ContentType }

// Of is the problem that tells of err. Of an error that is nobody's but ours the
// answer says no more than that.
func Of(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	a := answerTo(err)
	return New(a.status, a.code, sentence(err))
}

// New makes a problem by hand, for the refusals HTTP itself knows: a method or a
// header that makes no sense here.
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

// Write answers r with the problem that tells of err, and leaves err for the
// request's line in the log. Headers that described the answer there should
// have been are dropped.
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
		_ = enc.Encode(p) // the client is gone: nobody is left to tell
	}
}

var staleHeaders = []string{
	"Content-Length", "Content-Encoding", "Content-Disposition", "Etag", "Last-Modified", "Repr-Digest",
}

// SetRetryAfter tells clients when to come back, where coming back can help.
func SetRetryAfter(h http.Header, status int) {
	switch status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	case http.StatusLocked:
		h.Set("Retry-After", "1")
	}
}

// sentence is the outermost sentence for people in err's chain. Internal errors
// have none for strangers.
func sentence(err error) string {
	if e, ok := errors.AsType[*pawl.Error](err); ok && e.Kind != pawl.Internal && e.Message != "" {
		return e.Message
	}
	a := answerTo(err)
	if a.detail != "" {
		return a.detail
	}
	return strings.ToLower(http.StatusText(a.status))
}

// noteKey finds the place for a request's cause in its context.
type noteKey struct{}

// WithNote gives a request a place where [Note] leaves its cause for the log.
func WithNote(ctx context.Context, note *error) context.Context {
	return context.WithValue(ctx, noteKey{}, note)
}

// Note keeps the first cause of a failed request, to be logged once, with the
// request's line. It is for the goroutine that serves the request.
func Note(ctx context.Context, err error) {
	if note, ok := ctx.Value(noteKey{}).(*error); ok && *note == nil {
		*note = err
	}
}
