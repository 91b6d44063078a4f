package pawl

import "time"

// FileState is the state of a file.
type FileState string

// Ready is the state of a file that can be opened.
const Ready FileState = "ready"

// File is a completed upload. Its bytes never change.
type File struct {
	ID           ID
	Owner        string
	Name         string   // for display only; never names a file on disk
	Size         int64    // bytes
	DeclaredType string   // media type the client declared, may be empty
	MediaType    string   // media type found in the bytes, canonical; of plain text the particular kind
	SHA256       [32]byte // all zero while it is not known, see [File.Digested]
	State        FileState
	Metadata     map[string]string // user metadata, can be edited
	RawMetadata  string            // Upload-Metadata as it came
	RawConcat    string            // Upload-Concat as it came, empty unless joined
	JoinKey      string            // see [Upload.JoinKey]
	TokenSHA256  []byte            // see [Upload.TokenSHA256]
	Downloads    int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Digested reports whether the digest is known. That of a join that moved no bytes is
// computed afterwards.
func (f File) Digested() bool { return f.SHA256 != [32]byte{} }
