package pawl

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in terms every edge can translate: HTTP status, exit
// code, log level.
type Kind string

// The kinds of failure Pawl tells apart.
const (
	Invalid         Kind = "invalid"          // the request makes no sense; the same request never will
	NotFound        Kind = "not_found"        // no such thing, or not for this principal to know of
	Gone            Kind = "gone"             // it was there, and its bytes are not any more
	Conflict        Kind = "conflict"         // the state has moved on: look again, then retry
	Mismatch        Kind = "mismatch"         // the bytes are not those of their checksum: send them again
	Locked          Kind = "locked"           // somebody else is at it: retry in a moment
	TooLarge        Kind = "too_large"        // over a size limit, declared or on the wire
	UnsupportedType Kind = "unsupported_type" // the file's type is not allowed
	Refused         Kind = "refused"          // a hook said no, for a reason of its own
	Forbidden       Kind = "forbidden"        // known, but not allowed
	NoSpace         Kind = "no_space"         // the storage is full: retry when space is freed
	Interrupted     Kind = "interrupted"      // the client's stream ended early
	Unavailable     Kind = "unavailable"      // a part Pawl needs is away: retry later
	Internal        Kind = "internal"         // everything else: a defect or a broken machine
)

// Error is a failure with a kind for machines, a sentence for people, and, for
// the log alone, its cause. The sentence never holds paths or other internals.
type Error struct {
	Kind    Kind
	Message string
	Err     error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a kind, with a sentence for people.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Because gives a cause a kind and a sentence for people.
func Because(cause error, kind Kind, message string) *Error {
	return &Error{Kind: kind, Message: message, Err: cause}
}

// KindOf is the kind of the outermost [Error] in err's chain: [Internal] where
// there is none, and the empty kind for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Sentence is what people may be told of err: nothing of its causes.
func Sentence(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return "something went wrong on the server"
}

// The errors for an upload or a file that is not there, or not for the principal to know of.
var (
	ErrNoSuchUpload = Errorf(NotFound, "no such upload")
	ErrNoSuchFile   = Errorf(NotFound, "no such file")
)
