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

// Memory is a folder that keeps how far uploads are, a file for each, so that runs
// beside each other do not get in each other's way.
type Memory struct{ Dir string }

// forgetAfter is longer than any server is likely to keep an upload that nobody
// goes on with.
const forgetAfter = 90 * 24 * time.Hour

// DefaultMemory is where a user's programs keep their state (XDG Base Directory
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

// fingerprint is what must be the same for an upload to be resumed.
type fingerprint struct {
	Path     string            `json:"path"`
	Size     int64             `json:"size"`
	Modified time.Time         `json:"modified"`
	Server   string            `json:"server"`
	Metadata map[string]string `json:"metadata"`
}

// textOf returns a path as JSON can hold it. Each path has a text of its own: JSON
// would make one of paths that differ only in bytes that are no UTF-8.
func textOf(path string) string {
	if utf8.ValidString(path) {
		return path
	}
	return "\x00" + hex.EncodeToString([]byte(path)) // no path holds a NUL
}

func (f fingerprint) file() string {
	text, _ := json.Marshal(f) // maps are written in order
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]) + ".json"
}

// memo is what one file holds.
type memo struct {
	fingerprint
	tusclient.State
}

// recall is the state of an upload, empty if none is known.
func (m Memory) recall(f fingerprint) tusclient.State {
	text, err := os.ReadFile(filepath.Join(m.Dir, f.file()))
	var known memo
	if err != nil || json.Unmarshal(text, &known) != nil {
		return tusclient.State{}
	}
	return known.State
}

// keep replaces what is known of an upload at once, or not at all. Its URL may be
// all that is needed to write to it, so nobody else can read that.
func (m Memory) keep(f fingerprint, s tusclient.State) error {
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

func (m Memory) forget(f fingerprint) { _ = os.Remove(filepath.Join(m.Dir, f.file())) }

// Tidy forgets what nobody has asked for in a long time, and what a killed run
// left half written.
func (m Memory) Tidy(now time.Time) {
	_ = filepath.WalkDir(m.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil //nolint:nilerr // what cannot be read is let be
		}
		info, err := entry.Info()
		if err != nil {
			return nil //nolint:nilerr // another run has tidied it up
		}
		limit := forgetAfter
		if strings.HasPrefix(entry.Name(), "new-") {
			limit = time.Hour
		}
		if now.Sub(info.ModTime()) > limit {
			_ = os.Remove(path)
		}
		return nil
	})
}
