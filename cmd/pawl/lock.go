package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// lockName is the name of the lock file in the data directory.
const lockName = "pawl.lock"

// dirLock is an exclusive lock on a data directory. The kernel releases it when the
// process ends, however it ends, so a killed container leaves no stale lock.
type dirLock struct{ file *os.File }

// errHeld is returned if another process has locked the data directory.
type errHeld struct {
	dir string
	pid string // empty if unknown
}

func (e errHeld) Error() string {
	who := "another Pawl"
	if e.pid != "" {
		who += " (process " + e.pid + ")"
	}
	return fmt.Sprintf("the data directory %s is in use by %s; stop it first, or set PAWL_DATA_DIR to another directory", e.dir, who)
}

// lockDir creates the data directory if necessary and locks it. The error is an
// [errHeld] if another process has locked it.
func lockDir(dir string) (*dirLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the data directory: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE|noFollow, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock file of the data directory: %w", err)
	}
	held, err := tryLock(file)
	if held || err != nil {
		defer file.Close()
		if held {
			return nil, errHeld{dir: dir, pid: readPID(file)}
		}
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	writePID(file)
	return &dirLock{file: file}, nil
}

// readPID returns the process id in the file, or "" if there is none. It is only used
// in messages.
func readPID(file *os.File) string {
	content, err := io.ReadAll(io.LimitReader(file, 32))
	text := strings.TrimSpace(string(content))
	if _, bad := strconv.Atoi(text); err != nil || bad != nil {
		return ""
	}
	return text
}

// writePID writes the process id. Errors are ignored: the lock does not depend on it.
func writePID(file *os.File) {
	if file.Truncate(0) == nil {
		_, _ = fmt.Fprintf(file, "%d\n", os.Getpid())
	}
}

// release releases the lock. It does not remove the file: another process could
// otherwise hold a lock on a file that no longer has a name.
func (l *dirLock) release() error { return l.file.Close() }
