package problem

import (
	"context"
	"errors"
	"net/http"

	"pawl"
)

// response is the response for a kind of error. The detail is for errors without a message.
type response struct {
	status int
	code   pawl.Kind
	detail string
}

// StatusChecksumMismatch is defined by tus 1.0, "Checksum".
const StatusChecksumMismatch = 460

// responses maps error kinds to responses. An interrupted request is a 400, since browsers
// automatically repeat requests answered with 408.
var responses = map[pawl.Kind]response{
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
	pawl.Unavailable:     {http.StatusServiceUnavailable, pawl.Unavailable, "the service is temporarily unavailable; try again later"},
	pawl.Internal:        {http.StatusInternalServerError, pawl.Internal, "internal error; the server's log has details under this request id"},
}

// Status returns the HTTP status of an error: 200 for nil, 500 for an unknown kind.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Status
	}
	return responseTo(err).status
}

func responseTo(err error) response {
	if a, ok := responses[kindOf(err)]; ok {
		return a
	}
	return responses[pawl.Internal]
}

// kindOf returns the kind of an error, including errors of net/http and context.
func kindOf(err error) pawl.Kind {
	kind := pawl.KindOf(err)
	if kind != pawl.Internal {
		return kind
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return pawl.TooLarge
	}
	switch {
	case errors.Is(err, context.Canceled): // the client disconnected, or the server is shutting down
		return pawl.Interrupted
	case errors.Is(err, context.DeadlineExceeded):
		return pawl.Unavailable
	}
	return pawl.Internal
}
