package httphook

import (
	"encoding/hex"
	"time"

	"pawl"
)

// request is the JSON body of a request.
type request struct {
	Event  string        `json:"event"`
	Time   time.Time     `json:"time"`
	Upload *uploadFields `json:"upload,omitempty"`
	File   *fileFields   `json:"file,omitempty"`
}

type uploadFields struct {
	ID           pawl.ID           `json:"id"`
	Owner        string            `json:"owner"`
	Name         string            `json:"name"`
	Length       *int64            `json:"length"` // bytes; null if not known yet
	DeclaredType string            `json:"declared_type"`
	Metadata     map[string]string `json:"metadata"`
}

type fileFields struct {
	ID           pawl.ID           `json:"id"`
	Owner        string            `json:"owner"`
	Name         string            `json:"name"`
	Size         int64             `json:"size"` // bytes
	DeclaredType string            `json:"declared_type"`
	MediaType    string            `json:"media_type"`
	SHA256       string            `json:"sha256"`
	Metadata     map[string]string `json:"metadata"`
}

func aboutUpload(u pawl.Upload) *uploadFields {
	q := &uploadFields{
		ID: u.ID, Owner: u.Owner, Name: u.Name, DeclaredType: u.DeclaredType, Metadata: orEmpty(u.Metadata),
	}
	if u.Length != pawl.UnknownLength {
		q.Length = &u.Length
	}
	return q
}

func aboutFile(f pawl.File) *fileFields {
	return &fileFields{
		ID: f.ID, Owner: f.Owner, Name: f.Name, Size: f.Size, DeclaredType: f.DeclaredType,
		MediaType: f.MediaType, SHA256: hex.EncodeToString(f.SHA256[:]), Metadata: orEmpty(f.Metadata),
	}
}

// orEmpty returns a map that is {} in JSON even if m is nil.
func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
