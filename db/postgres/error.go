package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"pawl"
)

// Error codes (PostgreSQL documentation, appendix A).
const (
	uniqueViolation     = "23505"
	foreignKeyViolation = "23503"
	readOnlyTransaction = "25006"
	idleInTransaction   = "25P03"
	serializationFailed = "40001"
	deadlockDetected    = "40P01"
	diskFull            = "53100"
	lockNotAvailable    = "55P03"
	queryCanceled       = "57014"
	stalePlan           = "0A000" // among other things; pgx forgets the statement
)

// translate gives a database's error the kind that the domain knows. doing is
// what was tried, as in "read a file"; it is for the log alone. An error that has
// its kind keeps it.
func translate(doing string, err error) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*pawl.Error](err); known {
		return err
	}
	kind, message := classify(err)
	return pawl.Because(&operation{doing, err}, kind, message)
}

// operation is a cause that says what was tried.
type operation struct {
	doing string
	err   error
}

func (o *operation) Error() string { return "postgres: " + o.doing + ": " + o.err.Error() }
func (o *operation) Unwrap() error { return o.err }

func classify(err error) (pawl.Kind, string) {
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return pawl.NotFound, "no such upload or file"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, errNoConnection):
		return pawl.Unavailable, "the database did not answer in time"
	case errors.Is(err, puddle.ErrClosedPool), errors.Is(err, errClosed):
		return pawl.Unavailable, "the database is closed"
	case isDisconnected(err):
		return pawl.Unavailable, "the database is not available"
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return classifyCode(e.Code)
	}
	return pawl.Internal, "the database failed"
}

func classifyCode(code string) (pawl.Kind, string) {
	switch code {
	case uniqueViolation:
		return pawl.Conflict, "it exists already"
	case diskFull:
		return pawl.NoSpace, "the database's disk is full"
	case serializationFailed, deadlockDetected, lockNotAvailable, queryCanceled,
		readOnlyTransaction, idleInTransaction, stalePlan:
		return pawl.Unavailable, "the database is not available"
	}
	switch code[:2] {
	case "08", "53", "57", "58": // connection, resources, operator, system
		return pawl.Unavailable, "the database is not available"
	}
	return pawl.Internal, "the database failed"
}

// isDisconnected reports whether there was no server at the other end, or none any
// more.
func isDisconnected(err error) bool {
	if _, refused := errors.AsType[*pgconn.ConnectError](err); refused {
		return true
	}
	if _, network := errors.AsType[net.Error](err); network {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, os.ErrDeadlineExceeded)
}

// isLost reports whether another connection may do better: this one's server has
// stopped or writes no more, or has changed the types that it had told.
func isLost(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == readOnlyTransaction || e.Code == stalePlan || strings.HasPrefix(e.Code, "57P")
	}
	return isDisconnected(err)
}

var (
	errClosed       = errors.New("the store is closed")
	errNoSuchUpload = pawl.Errorf(pawl.NotFound, "no such upload")
	errNoSuchFile   = pawl.Errorf(pawl.NotFound, "no such file")
	errTaken        = pawl.Errorf(pawl.Conflict, "there is such a piece already")
	errNotHeld      = pawl.Errorf(pawl.Locked, "the upload is another instance's")
)
