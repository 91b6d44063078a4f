package sqlite

import (
	"database/sql"
	"errors"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"pawl"
	"pawl/db/rows"
)

var dialect = &rows.Dialect{Name: "sqlite", Classify: classify}

func translate(doing string, err error) error { return dialect.Translate(doing, err) }

func classify(err error) (pawl.Kind, string) {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return pawl.NoSpace, "the server's disk is full"
	case errors.Is(err, sql.ErrConnDone):
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

// classifyCode classifies SQLite's result codes (sqlite.org/rescode.html).
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
