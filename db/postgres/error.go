package postgres

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"pawl"
	"pawl/db/rows"
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

var dialect = &rows.Dialect{Name: "postgres", Classify: classify}

func translate(doing string, err error) error { return dialect.Translate(doing, err) }

func classify(err error) (pawl.Kind, string) {
	switch {
	case errors.Is(err, errNoConnection):
		return pawl.Unavailable, "the database did not answer in time"
	case errors.Is(err, puddle.ErrClosedPool):
		return pawl.Unavailable, "the database is closed"
	case isDisconnected(err):
		return pawl.Unavailable, "the database is not available"
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return classifyCode(e.Code)
	}
	return pawl.Internal, "the database failed"
}

// classifyCode classifies the codes that a server sends.
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

// isDisconnected reports whether there was no server at the other end, or no longer
// one.
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

// isLost reports whether another connection may work: this one's server has stopped or
// no longer writes, or has changed the types of columns since a statement was prepared.
func isLost(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == readOnlyTransaction || e.Code == stalePlan || strings.HasPrefix(e.Code, "57P")
	}
	return isDisconnected(err)
}
