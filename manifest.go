package pawl

import (
	"context"
	"time"
)

// A storage that takes only large parts and shows nothing of an object before it is
// complete, such as S3, stores manifests in the database: which part of a blob is where.
// They are written in the same transaction as the upload's progress, so that an offset
// and the parts it stands for always agree.

// Manifest lists what a blob consists of: its bytes are those of its parts, in order,
// followed by those of its tails.
type Manifest struct {
	Blob      ID
	UploadID  string // the storage's name for what the parts belong to; empty while there is none
	PartSize  int64  // bytes; every part but the last has it, unless the length was not known
	Reserved  int    // the highest part number that may have been used
	Sealed    bool   // the blob is whole, and Parts and Tails are empty
	Size      int64  // durable bytes
	UpdatedAt time.Time
	Parts     []Part // by number
	Tails     []Tail // by place
}

// Part is a piece that the storage assembles with the others when the blob is complete.
type Part struct {
	Number   int // ascending, not always by one
	Size     int64
	ETag     string
	Checksum string // as the storage requires it for that, may be empty
}

// Tail is a piece too small for a part, in an object of its own until it becomes one
// together with the bytes that follow it.
type Tail struct {
	Key   string // of the object, unique
	Place int64  // offset of its first byte in the blob
	Size  int64
}

// ManifestReader reads manifests.
type ManifestReader interface {
	// Manifest returns a blob's manifest, its parts and tails as of one moment; kind
	// NotFound if it has none.
	Manifest(ctx context.Context, blob ID) (Manifest, error)
	// ManifestSizes returns the Size of those of the blobs that have a manifest.
	ManifestSizes(ctx context.Context, blobs []ID) (map[ID]int64, error)
	// Manifests lists the manifests of blobs that are not sealed, without parts and tails,
	// by ascending blob id, those after the given one.
	Manifests(ctx context.Context, after ID, limit int) ([]Manifest, error)
}

// ManifestWriter changes manifests, within a [Tx].
type ManifestWriter interface {
	// SaveManifest inserts the manifest, or updates all of it but its parts and tails.
	SaveManifest(m Manifest) error
	// AddPart and AddTail add a piece; a number or a place that is taken is an error
	// of kind Conflict.
	AddPart(blob ID, p Part) error
	AddTail(blob ID, t Tail) error
	// DropParts and DropTails delete all that the blob has.
	DropParts(blob ID) error
	DropTails(blob ID) error
	// DeleteManifest deletes the manifest, its parts and tails; that there is none is no
	// error.
	DeleteManifest(blob ID) error
}
