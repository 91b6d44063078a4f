package pawl

import (
	"mime"
	"strings"
	"time"
)

// FileState is where a file is in its life.
type FileState string

// Ready files can be opened by those who may read them.
const Ready FileState = "ready"

// File is an upload that arrived: its bytes never change again.
type File struct {
	ID           ID
	Owner        string
	Name         string   // for display only; never names a file on disk
	Size         int64    // bytes
	DeclaredType string   // media type the client declared, may be empty
	MediaType    string   // media type found in the bytes
	SHA256       [32]byte // all zero while it is not known, see [File.Digested]
	State        FileState
	Metadata     map[string]string // user metadata, can be edited
	RawMetadata  string            // Upload-Metadata as it came
	RawConcat    string            // Upload-Concat as it came, empty unless joined
	JoinKey      string            // see [Upload.JoinKey]
	SecretSHA256 []byte            // its upload's
	Downloads    int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Digested reports whether the digest is known. A join that moved no bytes has it
// taken afterwards.
func (f File) Digested() bool { return f.SHA256 != [32]byte{} }

// TypeMismatch reports whether the client declared another type than was found.
func (f File) TypeMismatch() bool { return !SameMediaType(f.DeclaredType, f.MediaType) }

// SameMediaType compares two media types without their parameters. An empty or
// generic declaration contradicts nothing, and neither does text of a more
// particular kind: to magic bytes a .csv or .md file is plain text.
func SameMediaType(declared, found string) bool {
	d, f := baseType(declared), baseType(found)
	switch {
	case d == "" || d == "application/octet-stream" || d == f:
		return true
	case f == "application/octet-stream": // nothing was found
		return true
	case f == "text/plain":
		return strings.HasPrefix(d, "text/") || isTextual(d)
	default:
		return false
	}
}

func baseType(mediaType string) string {
	base, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		base, _, _ = strings.Cut(mediaType, ";")
		return strings.ToLower(strings.TrimSpace(base))
	}
	return base
}

func isTextual(mediaType string) bool {
	for _, suffix := range []string{"json", "xml", "yaml", "toml", "javascript", "typescript", "sql", "csv", "x-sh"} {
		if strings.HasSuffix(mediaType, suffix) {
			return true
		}
	}
	return false
}
