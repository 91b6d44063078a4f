package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// lockName is the file in the data directory that whoever changes it holds.
const lockName = "pawl.lock"

// dirLock is the right to change a data directory. It ends with the process,
// however that ends, so a killed container leaves nothing that has to be removed:
// it is the kernel's lock on the file that counts, not the file.
type dirLock struct{ file *os.File }

// errHeld says which process has the data directory.
type errHeld struct {
	dir string
	pid string // empty: unknown
}

func (e errHeld) Error() string {
	who := "another Pawl"
	if e.pid != "" {
		who += " (process " + e.pid + ")"
	}
	return fmt.Sprintf("the data directory %s is in use by %s; stop it first, or give this one its own with PAWL_DATA_DIR", e.dir, who)
}

// lockDir makes the data directory if need be, and takes it; the error is an
// [errHeld] when somebody else has it.
func lockDir(dir string) (*dirLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE|noFollow, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the data directory: %w", err)
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

// readPID is who wrote the file, as a hint for people.
func readPID(file *os.File) string {
	content, err := io.ReadAll(io.LimitReader(file, 32))
	text := strings.TrimSpace(string(content))
	if _, bad := strconv.Atoi(text); err != nil || bad != nil {
		return ""
	}
	return text
}

// writePID leaves the hint; without it the lock holds as well.
func writePID(file *os.File) {
	if file.Truncate(0) == nil {
		_, _ = fmt.Fprintf(file, "%d\n", os.Getpid())
	}
}

// release gives the directory back. The file stays: were it removed, another
// process could hold a lock on a name that is gone.
func (l *dirLock) release() error { return l.file.Close() }
