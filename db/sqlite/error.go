package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"pawl"
)

// translate gives a database's error the kind that the domain knows. doing is
// what was tried, as in "read a file"; it is for the log alone.
func translate(doing string, err error) error {
	if err == nil {
		return nil
	}
	kind, message := classify(err)
	return pawl.Because(&operation{doing, err}, kind, message)
}

// operation is a cause that says what was tried.
type operation struct {
	doing string
	err   error
}

func (o *operation) Error() string { return "sqlite: " + o.doing + ": " + o.err.Error() }
func (o *operation) Unwrap() error { return o.err }

func classify(err error) (pawl.Kind, string) {
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return pawl.NotFound, "no such upload or file"
	case errors.Is(err, syscall.ENOSPC):
		return pawl.NoSpace, "the server's disk is full"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return pawl.Unavailable, "the database did not answer in time"
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, errClosed):
		return pawl.Unavailable, "the database is closed"
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return classifyCode(e.Code())
	}
	switch err.Error() {
	case "sql: database is closed", "sql: statement is closed": // database/sql has no values for them
		return pawl.Unavailable, "the database is closed"
	}
	return pawl.Internal, "the database failed"
}

// classifyCode tells SQLite's result codes apart (sqlite.org/rescode.html).
func classifyCode(code int) (pawl.Kind, string) {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return pawl.Conflict, "it exists already"
	}
	switch code & 0xff { // the primary code
	case sqlite3.SQLITE_FULL:
		return pawl.NoSpace, "the server's disk is full"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		return pawl.Unavailable, "the database is not available"
	}
	return pawl.Internal, "the database failed"
}
