package rows

import (
	"cmp"
	"database/sql"
	"slices"

	"pawl"
)

// Manifest is a row of multiparts.
type Manifest struct {
	Blob      string
	UploadID  string
	PartSize  int64
	Reserved  int64
	Sealed    int64
	Size      int64
	UpdatedAt int64
}

// OfManifest returns the row of a manifest.
func OfManifest(m pawl.Manifest) Manifest {
	return Manifest{
		Blob: string(m.Blob), UploadID: m.UploadID, PartSize: m.PartSize, Reserved: int64(m.Reserved),
		Sealed: Flag(m.Sealed), Size: m.Size, UpdatedAt: Micros(m.UpdatedAt),
	}
}

// Value returns the manifest of a row, without its parts and tails.
func (m Manifest) Value() (pawl.Manifest, error) {
	return pawl.Manifest{
		Blob: pawl.ID(m.Blob), UploadID: m.UploadID, PartSize: m.PartSize, Reserved: int(m.Reserved),
		Sealed: m.Sealed == 1, Size: m.Size, UpdatedAt: Instant(m.UpdatedAt),
	}, nil
}

// ManifestSize is the size in a row of multiparts.
type ManifestSize struct {
	Blob string
	Size int64
}

// Part is a row of parts.
type Part struct {
	Blob     string
	Number   int64
	Size     int64
	Etag     string
	Checksum string
}

// ManifestRow is a row of the query that reads a manifest with its parts and tails.
type ManifestRow struct {
	Kind      int64
	Position  int64
	Size      int64
	Name      string
	Checksum  string
	PartSize  int64
	Reserved  int64
	Sealed    int64
	UpdatedAt int64
}

// The kinds of a ManifestRow.
const (
	manifestItself = iota
	manifestPart
	manifestTail
)

// manifestOf returns the manifest of a blob from its rows; [sql.ErrNoRows] if it has
// none.
func manifestOf(blob pawl.ID, list []ManifestRow) (pawl.Manifest, error) {
	slices.SortFunc(list, func(a, b ManifestRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Position, b.Position))
	})
	if len(list) == 0 || list[0].Kind != manifestItself {
		return pawl.Manifest{}, sql.ErrNoRows
	}
	first := list[0]
	m, err := Manifest{
		Blob: string(blob), UploadID: first.Name, PartSize: first.PartSize, Reserved: first.Reserved,
		Sealed: first.Sealed, Size: first.Size, UpdatedAt: first.UpdatedAt,
	}.Value()
	for _, row := range list[1:] {
		switch row.Kind {
		case manifestPart:
			m.Parts = append(m.Parts, pawl.Part{Number: int(row.Position), Size: row.Size, ETag: row.Name, Checksum: row.Checksum})
		case manifestTail:
			m.Tails = append(m.Tails, pawl.Tail{Key: row.Name, Place: row.Position, Size: row.Size})
		}
	}
	return m, err
}
