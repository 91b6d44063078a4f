package pawl

import (
	"strings"
	"time"
)

// UploadKind is the kind of an upload (tus 1.0, "Concatenation").
type UploadKind string

// The kinds of upload.
const (
	Regular UploadKind = "regular" // becomes a file by itself
	Partial UploadKind = "partial" // part of a final upload
	Final   UploadKind = "final"   // made by joining partial uploads
)

// UnknownLength is the Length of an upload that has not declared it yet.
const UnknownLength int64 = -1

// Upload is an upload under way. Its row exists from the first request until it is finished
// (then there is a [File] of the same id), or ended otherwise: see [Outcome].
type Upload struct {
	ID           ID
	Owner        string
	Kind         UploadKind
	Length       int64 // bytes, or UnknownLength
	Name         string
	DeclaredType string            // media type that the client declares, may be empty
	Metadata     map[string]string // what the client sent besides name and type
	RawMetadata  string            // the Upload-Metadata header, to be echoed verbatim
	Parts        []ID              // of a Final upload: what it joins, in order
	RawConcat    string            // of a Final upload: the Upload-Concat header, to be echoed verbatim
	Progress     Progress
	TokenSHA256  []byte // of its token, see [Upload.GiveToken]; nil if it has none
	Filed        bool   // it has become a File, or a part of one; its row is gone
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Progress is how far an upload has come, as last saved. The blob may be further: on disk
// its durable size is the offset, and the row catches up.
type Progress struct {
	Offset       int64  // bytes known to be durable
	DigestOffset int64  // bytes the digest has taken in, at most Offset
	DigestState  []byte // marshalled SHA-256 state after DigestOffset bytes
	FoundType    string // media type found in the first bytes, empty until judged
}

// Complete reports whether every byte has arrived.
func (u Upload) Complete() bool {
	return u.Length != UnknownLength && u.Progress.Offset == u.Length
}

// JoinKey returns what identifies the parts of a Final upload, so that a repeated request
// for the same join is answered with the first one's result; empty for other kinds.
func (u Upload) JoinKey() string { return JoinKey(u.Parts) }

// JoinKey returns what identifies a join of these parts, see [Upload.JoinKey].
func JoinKey(parts []ID) string {
	text := make([]string, len(parts))
	for i, id := range parts {
		text[i] = string(id)
	}
	return strings.Join(text, " ")
}
