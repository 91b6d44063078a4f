package rows

import (
	"strings"

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

// OfUpload returns the row of an upload.
func OfUpload(u pawl.Upload) Upload {
	return Upload{
		ID: string(u.ID), Owner: u.Owner, Kind: string(u.Kind), Length: u.Length,
		Name: u.Name, DeclaredType: u.DeclaredType,
		Metadata: Metadata(u.Metadata), RawMetadata: u.RawMetadata,
		JoinKey: u.JoinKey(), RawConcat: u.RawConcat,
		Durable: u.Progress.Offset, Digested: u.Progress.DigestOffset,
		DigestState: u.Progress.DigestState, FoundType: u.Progress.FoundType,
		CreatedAt: Micros(u.CreatedAt), UpdatedAt: Micros(u.UpdatedAt), SecretSha256: u.TokenSHA256,
	}
}

// Value returns the upload of a row.
func (u Upload) Value() (pawl.Upload, error) {
	metadata, err := parseMetadata(u.Metadata)
	return pawl.Upload{
		ID: pawl.ID(u.ID), Owner: u.Owner, Kind: pawl.UploadKind(u.Kind), Length: u.Length,
		Name: pawl.NameOrUnnamed(u.Name), DeclaredType: u.DeclaredType,
		Metadata: metadata, RawMetadata: u.RawMetadata,
		Parts: partsOf(u.JoinKey), RawConcat: u.RawConcat, TokenSHA256: u.SecretSha256,
		Progress: pawl.Progress{
			Offset: u.Durable, DigestOffset: u.Digested,
			DigestState: u.DigestState, FoundType: u.FoundType,
		},
		CreatedAt: Instant(u.CreatedAt), UpdatedAt: Instant(u.UpdatedAt),
	}, err
}

// Progress is the progress of the upload in a row, and when it was saved.
type Progress struct {
	Durable     int64
	Digested    int64
	DigestState []byte
	FoundType   string
	UpdatedAt   int64
	ID          string
}

// Join is the id and the join key of a row of uploads.
type Join struct {
	ID      string
	JoinKey string
}

// partsOf returns the ids in a join key: see [pawl.Upload.JoinKey].
func partsOf(joinKey string) (ids []pawl.ID) {
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

// Value returns the partial upload that the row remembers.
func (p UsedPart) Value() (pawl.Upload, error) {
	return pawl.Upload{
		ID: pawl.ID(p.ID), Owner: p.Owner, Kind: pawl.Partial, Length: p.Length, TokenSHA256: p.SecretSha256,
		Progress: pawl.Progress{Offset: p.Length}, Filed: true, CreatedAt: Instant(p.UsedAt), UpdatedAt: Instant(p.UsedAt),
	}, nil
}

// UploadList are the parameters of the query that lists uploads.
type UploadList struct {
	Before      string
	Everybody   int64
	Owner       string
	WithPartial int64
	OnlyWhole   int64
	Lim         int64
}

func uploadList(q pawl.UploadQuery) UploadList {
	before := string(q.Before)
	if before == "" {
		before = afterEveryID
	}
	return UploadList{
		Before: before, Everybody: Flag(q.Owner.IsEverybody()), Owner: q.Owner.Owner(),
		WithPartial: Flag(q.WithPartial), OnlyWhole: Flag(q.OnlyWhole), Lim: limit(q.Limit),
	}
}
