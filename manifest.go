package pawl

import (
	"context"
	"time"
)

// A storage that takes large parts only and shows nothing of an object before it is
// complete, such as S3, has manifests in the database: which part of a blob is where.
// They are written in the same transaction as the upload's progress, so that an offset
// and the parts that it counts never disagree.

// Manifest lists where the bytes of one blob are: in its parts, in order, followed by
// its tails.
type Manifest struct {
	Blob      ID
	UploadID  string // the storage's name for what the parts belong to; empty while there is none
	PartSize  int64  // bytes; every part but the last has it, unless the length was not known
	Reserved  int    // the highest part number that may have been used
	Sealed    bool   // the blob is complete, and Parts and Tails are empty
	Size      int64  // durable bytes
	UpdatedAt time.Time
	Parts     []Part // by number
	Tails     []Tail // by place
}

// Part is a part of a multipart upload, from which the storage makes the object at the
// end.
type Part struct {
	Number   int // ascending, not always by one
	Size     int64
	ETag     string
	Checksum string // as the storage requires it at the end, may be empty
}

// Tail is bytes too few for a part, in an object of their own until a part replaces it
// that has them and what follows.
type Tail struct {
	Key   string // of the object, unique
	Place int64  // offset of its first byte in the blob
	Size  int64
}

// ManifestReader reads manifests.
type ManifestReader interface {
	// Manifest returns a blob's manifest with its parts and tails; kind NotFound if it has
	// none.
	Manifest(ctx context.Context, blob ID) (Manifest, error)
	// ManifestSizes returns the Size of those of the blobs that have a manifest.
	ManifestSizes(ctx context.Context, blobs []ID) (map[ID]int64, error)
	// Manifests lists the manifests of blobs that are not sealed, without parts and
	// tails, by ascending blob id, those after the given one.
	Manifests(ctx context.Context, after ID, limit int) ([]Manifest, error)
}

// ManifestWriter changes manifests, within a [Tx].
type ManifestWriter interface {
	// SaveManifest inserts the manifest, or updates all of it but its parts and tails.
	SaveManifest(m Manifest) error
	// AddPart and AddTail add one to the list; the error is of kind Conflict if its number
	// or place is taken.
	AddPart(blob ID, p Part) error
	AddTail(blob ID, t Tail) error
	// DropParts and DropTails empty the lists.
	DropParts(blob ID) error
	DropTails(blob ID) error
	// DeleteManifest removes the manifest, its parts and tails; none there is no error.
	DeleteManifest(blob ID) error
}
