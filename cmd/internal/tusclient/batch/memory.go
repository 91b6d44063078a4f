package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"pawl/cmd/internal/tusclient"
)

// Memory is a folder with the resume state of uploads, in a file for each, so that
// concurrent runs do not interfere.
type Memory struct{ Dir string }

// maxAge is longer than servers are likely to keep unfinished uploads.
const maxAge = 90 * 24 * time.Hour

// DefaultMemory returns the memory in the user's state directory (XDG Base Directory
// Specification).
func DefaultMemory() (Memory, error) {
	base := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(base) {
		home, err := os.UserHomeDir()
		if err != nil {
			return Memory{}, err
		}
		base = filepath.Join(home, ".local", "state")
	}
	return Memory{filepath.Join(base, "pawl", "uploads")}, nil
}

// fingerprint holds what must be equal for an upload to be resumed.
type fingerprint struct {
	Path     string            `json:"path"`
	Size     int64             `json:"size"`
	Modified time.Time         `json:"modified"`
	Server   string            `json:"server"`
	Metadata map[string]string `json:"metadata"`
}

// textOf returns a path in valid UTF-8, unique for each path: JSON would make paths equal
// that differ only in invalid UTF-8.
func textOf(path string) string {
	if utf8.ValidString(path) {
		return path
	}
	return "\x00" + hex.EncodeToString([]byte(path)) // paths contain no NUL
}

func (f fingerprint) file() string {
	text, _ := json.Marshal(f) // map keys are sorted
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]) + ".json"
}

// memo is the content of a file.
type memo struct {
	fingerprint
	tusclient.State
}

// load returns the state of an upload, or the zero state if there is none.
func (m Memory) load(f fingerprint) tusclient.State {
	text, err := os.ReadFile(filepath.Join(m.Dir, f.file()))
	var known memo
	if err != nil || json.Unmarshal(text, &known) != nil {
		return tusclient.State{}
	}
	return known.State
}

// save replaces the state of an upload atomically. Only the user can read the file, since
// the URL in it may be sufficient to write to the upload.
func (m Memory) save(f fingerprint, s tusclient.State) error {
	text, err := json.MarshalIndent(memo{f, s}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.Dir, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(m.Dir, "new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(text)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), filepath.Join(m.Dir, f.file()))
}

func (m Memory) remove(f fingerprint) { _ = os.Remove(filepath.Join(m.Dir, f.file())) }

// Tidy removes old states, and temporary files of killed runs.
func (m Memory) Tidy(now time.Time) {
	_ = filepath.WalkDir(m.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil //nolint:nilerr // ignore what cannot be read
		}
		info, err := entry.Info()
		if err != nil {
			return nil //nolint:nilerr // removed by another run
		}
		limit := maxAge
		if strings.HasPrefix(entry.Name(), "new-") {
			limit = time.Hour
		}
		if now.Sub(info.ModTime()) > limit {
			_ = os.Remove(path)
		}
		return nil
	})
}
