package postgres

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"pawl"
	"pawl/db/postgres/internal/query"
)

// Between the domain's values and the rows'.

func uploadParams(u pawl.Upload) query.InsertUploadParams {
	return query.InsertUploadParams{
		ID: string(u.ID), Owner: u.Owner, Kind: string(u.Kind), Length: u.Length,
		Name: u.Name, DeclaredType: u.DeclaredType,
		Metadata: encodeMetadata(u.Metadata), RawMetadata: u.RawMetadata,
		JoinKey: u.JoinKey(), RawConcat: u.RawConcat,
		Durable: u.Progress.Offset, Digested: u.Progress.DigestOffset,
		DigestState: u.Progress.DigestState, FoundType: u.Progress.FoundType, SecretSha256: u.SecretSHA256,
		CreatedAt: micros(u.CreatedAt), UpdatedAt: micros(u.UpdatedAt),
	}
}

func upload(row query.Upload) (pawl.Upload, error) {
	metadata, err := decodeMetadata(row.Metadata)
	return pawl.Upload{
		ID: pawl.ID(row.ID), Owner: row.Owner, Kind: pawl.UploadKind(row.Kind), Length: row.Length,
		Name: row.Name, DeclaredType: row.DeclaredType,
		Metadata: metadata, RawMetadata: row.RawMetadata,
		Parts: parts(row.JoinKey), RawConcat: row.RawConcat, SecretSHA256: row.SecretSha256,
		Progress: pawl.Progress{
			Offset: row.Durable, DigestOffset: row.Digested,
			DigestState: row.DigestState, FoundType: row.FoundType,
		},
		CreatedAt: instant(row.CreatedAt), UpdatedAt: instant(row.UpdatedAt),
	}, err
}

func usedPart(row query.UsedPart) (pawl.Upload, error) {
	return pawl.Upload{
		ID: pawl.ID(row.ID), Owner: row.Owner, Kind: pawl.Partial, Length: row.Length, SecretSHA256: row.SecretSha256,
		Progress: pawl.Progress{Offset: row.Length}, Filed: true, CreatedAt: instant(row.UsedAt), UpdatedAt: instant(row.UsedAt),
	}, nil
}

// parts reads the ids back from a join key: see [pawl.Upload.JoinKey].
func parts(joinKey string) (ids []pawl.ID) {
	for id := range strings.FieldsSeq(joinKey) {
		ids = append(ids, pawl.ID(id))
	}
	return ids
}

func fileParams(f pawl.File) query.InsertFileParams {
	return query.InsertFileParams{
		ID: string(f.ID), Owner: f.Owner, Name: f.Name, NameKey: pawl.FoldName(f.Name), Size: f.Size,
		DeclaredType: f.DeclaredType, MediaType: f.MediaType, Sha256: f.SHA256[:], State: string(f.State),
		Metadata: encodeMetadata(f.Metadata), RawMetadata: f.RawMetadata, RawConcat: f.RawConcat,
		JoinKey: f.JoinKey, SecretSha256: f.SecretSHA256, Downloads: f.Downloads,
		CreatedAt: micros(f.CreatedAt), UpdatedAt: micros(f.UpdatedAt),
	}
}

func file(row query.File) (pawl.File, error) {
	f := pawl.File{
		ID: pawl.ID(row.ID), Owner: row.Owner, Name: row.Name, Size: row.Size,
		DeclaredType: row.DeclaredType, MediaType: row.MediaType, State: pawl.FileState(row.State),
		RawMetadata: row.RawMetadata, RawConcat: row.RawConcat, JoinKey: row.JoinKey,
		SecretSHA256: row.SecretSha256, Downloads: row.Downloads,
		CreatedAt: instant(row.CreatedAt), UpdatedAt: instant(row.UpdatedAt),
	}
	if copy(f.SHA256[:], row.Sha256) != len(f.SHA256) || len(row.Sha256) != len(f.SHA256) {
		return f, fmt.Errorf("file %s: a digest of %d bytes", row.ID, len(row.Sha256))
	}
	var err error
	f.Metadata, err = decodeMetadata(row.Metadata)
	return f, err
}

// each converts rows one by one.
func each[Row, T any](rows []Row, convert func(Row) (T, error)) ([]T, error) {
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

func encodeMetadata(m map[string]string) string {
	if len(m) == 0 {
		return noMetadata
	}
	encoded, err := json.Marshal(m)
	if err != nil {
		panic(err) // a map of strings always has a JSON form
	}
	return string(encoded)
}

func decodeMetadata(encoded string) (m map[string]string, err error) {
	if encoded == noMetadata {
		return nil, nil
	}
	err = json.Unmarshal([]byte(encoded), &m)
	return m, err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func micros(t time.Time) int64          { return t.UnixMicro() }
func instant(microsecs int64) time.Time { return time.UnixMicro(microsecs).UTC() }

const secondsPerDay = 24 * 60 * 60

// dayOf is the number of the UTC day that t falls on, counted from 1970-01-01.
func dayOf(t time.Time) int64 {
	seconds := t.Unix()
	day := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		day--
	}
	return day
}

func midnight(day int64) time.Time { return time.Unix(day*secondsPerDay, 0).UTC() }
