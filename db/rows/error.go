package rows

import (
	"context"
	"database/sql"
	"errors"

	"pawl"
)

// The errors that both dialects return where a row is not in the expected state.
var (
	ErrNoSuchUpload = pawl.Errorf(pawl.NotFound, "no such upload")
	ErrNoSuchFile   = pawl.Errorf(pawl.NotFound, "no such file")
	ErrNotHeld      = pawl.Errorf(pawl.Locked, "the upload is another instance's")
	errOtherLength  = pawl.Errorf(pawl.Conflict, "the upload has another length")
	errTaken        = pawl.Errorf(pawl.Conflict, "there is such a piece already")
)

// ErrClosed is the cause of the error that a closed store returns.
var ErrClosed = errors.New("the store is closed")

// Dialect names a database, and knows its errors.
type Dialect struct {
	Name string
	// Classify returns the kind and the message of an error that is the database's own.
	// Kind Internal is for those that it does not know.
	Classify func(error) (pawl.Kind, string)
}

// Translate returns err as an error of a kind that the domain knows; one that has a kind
// already as it is. doing is what was tried, as in "read a file"; it is for the log
// alone.
func (d *Dialect) Translate(doing string, err error) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*pawl.Error](err); known {
		return err
	}
	kind, message := d.classify(err)
	return pawl.Because(&operation{d.Name, doing, err}, kind, message)
}

func (d *Dialect) classify(err error) (pawl.Kind, string) {
	switch {
	case errors.Is(err, sql.ErrNoRows): // pgx.ErrNoRows is one too
		return pawl.NotFound, "no such upload or file"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return pawl.Unavailable, "the database did not answer in time"
	case errors.Is(err, ErrClosed):
		return pawl.Unavailable, "the database is closed"
	}
	return d.Classify(err)
}

// operation is a cause that says what was tried.
type operation struct {
	database string
	doing    string
	err      error
}

func (o *operation) Error() string { return o.database + ": " + o.doing + ": " + o.err.Error() }
func (o *operation) Unwrap() error { return o.err }
