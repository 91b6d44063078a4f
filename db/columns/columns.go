// Package columns is how the domain's values stand in the columns of tables, the
// same for every database dialect. The types here are those that sqlc makes of the
// schemas, field by field, so that each dialect's can be converted to them: the
// compiler notices when one goes a way of its own.
package columns

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"pawl"
)

// Upload is a row of uploads.
type Upload struct {
	ID           string
	Owner        string
	Kind         string
	Length       int64
	Name         string
	DeclaredType string
	Metadata     string
	RawMetadata  string
	JoinKey      string
	RawConcat    string
	Durable      int64
	Digested     int64
	DigestState  []byte
	FoundType    string
	CreatedAt    int64
	UpdatedAt    int64
	SecretSha256 []byte
}

// OfUpload is the row of an upload.
func OfUpload(u pawl.Upload) Upload {
	return Upload{
		ID: string(u.ID), Owner: u.Owner, Kind: string(u.Kind), Length: u.Length,
		Name: u.Name, DeclaredType: u.DeclaredType,
		Metadata: Metadata(u.Metadata), RawMetadata: u.RawMetadata,
		JoinKey: u.JoinKey(), RawConcat: u.RawConcat,
		Durable: u.Progress.Offset, Digested: u.Progress.DigestOffset,
		DigestState: u.Progress.DigestState, FoundType: u.Progress.FoundType,
		CreatedAt: Micros(u.CreatedAt), UpdatedAt: Micros(u.UpdatedAt), SecretSha256: u.SecretSHA256,
	}
}

// Value is the upload of a row.
func (u Upload) Value() (pawl.Upload, error) {
	metadata, err := parseMetadata(u.Metadata)
	return pawl.Upload{
		ID: pawl.ID(u.ID), Owner: u.Owner, Kind: pawl.UploadKind(u.Kind), Length: u.Length,
		Name: pawl.NameOrUnnamed(u.Name), DeclaredType: u.DeclaredType,
		Metadata: metadata, RawMetadata: u.RawMetadata,
		Parts: Parts(u.JoinKey), RawConcat: u.RawConcat, SecretSHA256: u.SecretSha256,
		Progress: pawl.Progress{
			Offset: u.Durable, DigestOffset: u.Digested,
			DigestState: u.DigestState, FoundType: u.FoundType,
		},
		CreatedAt: Instant(u.CreatedAt), UpdatedAt: Instant(u.UpdatedAt),
	}, err
}

// Parts reads the ids back from a join key: see [pawl.Upload.JoinKey].
func Parts(joinKey string) (ids []pawl.ID) {
	for id := range strings.FieldsSeq(joinKey) {
		ids = append(ids, pawl.ID(id))
	}
	return ids
}

// UsedPart is a row of used_parts.
type UsedPart struct {
	ID           string
	Owner        string
	Length       int64
	SecretSha256 []byte
	UsedAt       int64
}

// Value is the partial upload that a row of a used part remembers.
func (p UsedPart) Value() (pawl.Upload, error) {
	return pawl.Upload{
		ID: pawl.ID(p.ID), Owner: p.Owner, Kind: pawl.Partial, Length: p.Length, SecretSHA256: p.SecretSha256,
		Progress: pawl.Progress{Offset: p.Length}, Filed: true, CreatedAt: Instant(p.UsedAt), UpdatedAt: Instant(p.UsedAt),
	}, nil
}

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

// OfFile is the row of a file.
func OfFile(f pawl.File) File {
	return File{
		ID: string(f.ID), Owner: f.Owner, Name: f.Name, NameKey: pawl.SortKey(f.Name), Size: f.Size,
		DeclaredType: f.DeclaredType, MediaType: f.MediaType, Sha256: f.SHA256[:], State: string(f.State),
		Metadata: Metadata(f.Metadata), RawMetadata: f.RawMetadata, RawConcat: f.RawConcat,
		JoinKey: f.JoinKey, Downloads: f.Downloads,
		CreatedAt: Micros(f.CreatedAt), UpdatedAt: Micros(f.UpdatedAt), SecretSha256: f.SecretSHA256,
		SearchKey: pawl.SearchKey(f.Name, f.Metadata[pawl.PathKey]),
	}
}

// Keys returns what the file with this name and metadata, as they stand in columns, is
// sorted and searched by.
func Keys(name, metadata string) (nameKey, searchKey string, err error) {
	values, err := parseMetadata(metadata)
	if err != nil {
		return "", "", err
	}
	name = pawl.NameOrUnnamed(name)
	return pawl.SortKey(name), pawl.SearchKey(name, values[pawl.PathKey]), nil
}

// Value is the file of a row. Names that were stored before they were cleaned are
// cleaned here, and stay in the row as they came.
func (f File) Value() (pawl.File, error) {
	value := pawl.File{
		ID: pawl.ID(f.ID), Owner: f.Owner, Name: pawl.NameOrUnnamed(f.Name), Size: f.Size,
		DeclaredType: f.DeclaredType, MediaType: f.MediaType, State: pawl.FileState(f.State),
		RawMetadata: f.RawMetadata, RawConcat: f.RawConcat, JoinKey: f.JoinKey,
		SecretSHA256: f.SecretSha256, Downloads: f.Downloads,
		CreatedAt: Instant(f.CreatedAt), UpdatedAt: Instant(f.UpdatedAt),
	}
	if copy(value.SHA256[:], f.Sha256) != len(value.SHA256) || len(f.Sha256) != len(value.SHA256) {
		return value, fmt.Errorf("file %s: a digest of %d bytes", f.ID, len(f.Sha256))
	}
	var err error
	value.Metadata, err = parseMetadata(f.Metadata)
	return value, err
}

// Each converts rows one by one.
func Each[Row, T any](rows []Row, convert func(Row) (T, error)) ([]T, error) {
	all := make([]T, len(rows))
	for i, row := range rows {
		var err error
		if all[i], err = convert(row); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// The empty metadata is the usual one, and costs no JSON.
const noMetadata = "{}"

// Metadata is metadata as a JSON object.
func Metadata(m map[string]string) string {
	if len(m) == 0 {
		return noMetadata
	}
	encoded, err := json.Marshal(m)
	if err != nil {
		panic(err) // a map of strings always has a JSON form
	}
	return string(encoded)
}

func parseMetadata(encoded string) (m map[string]string, err error) {
	if encoded == noMetadata {
		return nil, nil
	}
	err = json.Unmarshal([]byte(encoded), &m)
	return m, err
}

// Flag is a truth as a number.
func Flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Micros is a time in whole microseconds since 1970-01-01 UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Instant is the time that Micros stands for.
func Instant(microsecs int64) time.Time { return time.UnixMicro(microsecs).UTC() }

const secondsPerDay = 24 * 60 * 60

// DayOf is the number of the UTC day that t falls on, counted from 1970-01-01.
func DayOf(t time.Time) int64 {
	seconds := t.Unix()
	day := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		day--
	}
	return day
}

// Midnight is when a day begins.
func Midnight(day int64) time.Time { return time.Unix(day*secondsPerDay, 0).UTC() }
