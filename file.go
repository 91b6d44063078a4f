package pawl

import "time"

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
	MediaType    string   // media type found in the bytes, canonical; of plain text the particular kind
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
