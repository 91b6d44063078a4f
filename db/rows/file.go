package rows

import (
	"fmt"

	"pawl"
)

// File is a row of files.
type File struct {
	ID           string
	Owner        string
	Name         string
	NameKey      string
	Size         int64
	DeclaredType string
	MediaType    string
	Sha256       []byte
	State        string
	Metadata     string
	RawMetadata  string
	RawConcat    string
	JoinKey      string
	Downloads    int64
	CreatedAt    int64
	UpdatedAt    int64
	SecretSha256 []byte
	SearchKey    string
}

// OfFile returns the row of a file.
func OfFile(f pawl.File) File {
	return File{
		ID: string(f.ID), Owner: f.Owner, Name: f.Name, NameKey: pawl.SortKey(f.Name), Size: f.Size,
		DeclaredType: f.DeclaredType, MediaType: f.MediaType, Sha256: f.SHA256[:], State: string(f.State),
		Metadata: Metadata(f.Metadata), RawMetadata: f.RawMetadata, RawConcat: f.RawConcat,
		JoinKey: f.JoinKey, Downloads: f.Downloads,
		CreatedAt: Micros(f.CreatedAt), UpdatedAt: Micros(f.UpdatedAt), SecretSha256: f.TokenSHA256,
		SearchKey: pawl.SearchKey(f.Name, f.Metadata[pawl.PathKey]),
	}
}

// Value returns the file of a row. Names that were stored before names were cleaned are
// cleaned here; the row keeps them as they came.
func (f File) Value() (pawl.File, error) {
	value := pawl.File{
		ID: pawl.ID(f.ID), Owner: f.Owner, Name: pawl.NameOrUnnamed(f.Name), Size: f.Size,
		DeclaredType: f.DeclaredType, MediaType: f.MediaType, State: pawl.FileState(f.State),
		RawMetadata: f.RawMetadata, RawConcat: f.RawConcat, JoinKey: f.JoinKey,
		TokenSHA256: f.SecretSha256, Downloads: f.Downloads,
		CreatedAt: Instant(f.CreatedAt), UpdatedAt: Instant(f.UpdatedAt),
	}
	if copy(value.SHA256[:], f.Sha256) != len(value.SHA256) || len(f.Sha256) != len(value.SHA256) {
		return value, fmt.Errorf("file %s: a digest of %d bytes", f.ID, len(f.Sha256))
	}
	var err error
	value.Metadata, err = parseMetadata(f.Metadata)
	return value, err
}

// Edited is a file's name and metadata after an edit, as in its row.
type Edited struct {
	Name     string
	Metadata string
}

// Keys returns what a file with this name and metadata, both as in the row, is sorted
// and searched by.
func Keys(name, metadata string) (nameKey, searchKey string, err error) {
	values, err := parseMetadata(metadata)
	if err != nil {
		return "", "", err
	}
	name = pawl.NameOrUnnamed(name)
	return pawl.SortKey(name), pawl.SearchKey(name, values[pawl.PathKey]), nil
}
