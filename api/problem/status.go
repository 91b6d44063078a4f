package problem

import (
	"context"
	"errors"
	"net/http"

	"pawl"
)

// answer is what HTTP says to a kind of failure. The detail is for errors that
// brought no sentence of their own.
type answer struct {
	status int
	code   pawl.Kind
	detail string
}

// StatusChecksumMismatch is the protocol's own (tus 1.0, "Checksum").
const StatusChecksumMismatch = 460

// answers is the whole translation. An interrupted request has hardly anybody
// left to read its answer; browsers repeat a 408 by themselves, so it is a 400.
var answers = map[pawl.Kind]answer{
	pawl.Invalid:         {http.StatusBadRequest, pawl.Invalid, ""},
	pawl.NotFound:        {http.StatusNotFound, pawl.NotFound, ""},
	pawl.Gone:            {http.StatusGone, pawl.Gone, ""},
	pawl.Conflict:        {http.StatusConflict, pawl.Conflict, ""},
	pawl.Mismatch:        {StatusChecksumMismatch, pawl.Mismatch, ""},
	pawl.Locked:          {http.StatusLocked, pawl.Locked, ""},
	pawl.TooLarge:        {http.StatusRequestEntityTooLarge, pawl.TooLarge, "the request is too large"},
	pawl.UnsupportedType: {http.StatusUnsupportedMediaType, pawl.UnsupportedType, ""},
	pawl.Refused:         {http.StatusUnprocessableEntity, pawl.Refused, ""},
	pawl.Forbidden:       {http.StatusForbidden, pawl.Forbidden, ""},
	pawl.NoSpace:         {http.StatusInsufficientStorage, pawl.NoSpace, "the storage is full"},
	pawl.Interrupted:     {http.StatusBadRequest, pawl.Invalid, "the request ended early"},
	pawl.Unavailable:     {http.StatusServiceUnavailable, pawl.Unavailable, "something Pawl needs is away; try again soon"},
	pawl.Internal:        {http.StatusInternalServerError, pawl.Internal, "something went wrong on the server; its log knows more under this request id"},
}

// Status is the HTTP status of an error: 200 for nil, 500 for one of no known kind.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Status
	}
	return answerTo(err).status
}

func answerTo(err error) answer {
	if a, ok := answers[kindOf(err)]; ok {
		return a
	}
	return answers[pawl.Internal]
}

// kindOf adds to [pawl.KindOf] what net/http and context say in their own words.
func kindOf(err error) pawl.Kind {
	kind := pawl.KindOf(err)
	if kind != pawl.Internal {
		return kind
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return pawl.TooLarge
	}
	switch {
	case errors.Is(err, context.Canceled): // the client went away, or the server stops
		return pawl.Interrupted
	case errors.Is(err, context.DeadlineExceeded):
		return pawl.Unavailable
	}
	return pawl.Internal
}
