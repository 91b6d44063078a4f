package sqlite

import (
	"context"

	"pawl"
	"pawl/db/columns"
	"pawl/db/sqlite/internal/query"
)

// Manifest implements [pawl.ManifestReader]. Its three reads may straddle a
// change; only who holds the blob's upload asks for the parts, and nobody else
// changes them.
func (s *Store) Manifest(ctx context.Context, blob pawl.ID) (pawl.Manifest, error) {
	row, err := s.queries.Multipart(ctx, string(blob))
	if err != nil {
		return pawl.Manifest{}, translate("read a multipart", err)
	}
	m := multipart(row)
	parts, err := s.queries.Parts(ctx, string(blob))
	if err != nil {
		return pawl.Manifest{}, translate("read parts", err)
	}
	for _, p := range parts {
		m.Parts = append(m.Parts, pawl.Part{Number: int(p.Number), Size: p.Size, ETag: p.Etag, Checksum: p.Checksum})
	}
	tails, err := s.queries.Tails(ctx, string(blob))
	for _, tail := range tails {
		m.Tails = append(m.Tails, pawl.Tail{Key: tail.Key, Place: tail.Place, Size: tail.Size})
	}
	return m, translate("read tails", err)
}

// ManifestSizes implements [pawl.ManifestReader].
func (s *Store) ManifestSizes(ctx context.Context, blobs []pawl.ID) (map[pawl.ID]int64, error) {
	sizes := make(map[pawl.ID]int64, len(blobs))
	for _, blob := range blobs {
		m, err := s.Manifest(ctx, blob)
		if pawl.KindOf(err) == pawl.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		sizes[blob] = m.Size
	}
	return sizes, nil
}

// Manifests implements [pawl.ManifestReader].
func (s *Store) Manifests(ctx context.Context, after pawl.ID, limit int) ([]pawl.Manifest, error) {
	rows, err := s.queries.Multiparts(ctx, string(after), int64(limit))
	list := make([]pawl.Manifest, len(rows))
	for i, row := range rows {
		list[i] = multipart(row)
	}
	return list, translate("list multiparts", err)
}

func multipart(row query.Multipart) pawl.Manifest {
	return pawl.Manifest{
		Blob: pawl.ID(row.Blob), UploadID: row.UploadID, PartSize: row.PartSize, Reserved: int(row.Reserved),
		Sealed: row.Sealed == 1, Size: row.Size, UpdatedAt: columns.Instant(row.UpdatedAt),
	}
}

func (t *tx) SaveManifest(m pawl.Manifest) error {
	params := query.SaveMultipartParams{
		Blob: string(m.Blob), UploadID: m.UploadID, PartSize: m.PartSize, Reserved: int64(m.Reserved),
		Size: m.Size, UpdatedAt: columns.Micros(m.UpdatedAt),
	}
	if m.Sealed {
		params.Sealed = 1
	}
	return t.do("save a multipart", func(q *query.Queries) error { return q.SaveMultipart(uncut, params) })
}

func (t *tx) AddPart(blob pawl.ID, p pawl.Part) error {
	added, err := t.move("add a part", func(q *query.Queries) (int64, error) {
		return q.AddPart(uncut, query.AddPartParams{
			Blob: string(blob), Number: int64(p.Number), Size: p.Size, Etag: p.ETag, Checksum: p.Checksum,
		})
	})
	return unless(added, err, errTaken)
}

func (t *tx) AddTail(blob pawl.ID, tail pawl.Tail) error {
	added, err := t.move("add a tail", func(q *query.Queries) (int64, error) {
		return q.AddTail(uncut, query.AddTailParams{Blob: string(blob), Place: tail.Place, Size: tail.Size, Key: tail.Key})
	})
	return unless(added, err, errTaken)
}

func (t *tx) DropParts(blob pawl.ID) error {
	return t.do("drop parts", func(q *query.Queries) error { return q.DropParts(uncut, string(blob)) })
}

func (t *tx) DropTails(blob pawl.ID) error {
	return t.do("drop tails", func(q *query.Queries) error { return q.DropTails(uncut, string(blob)) })
}

func (t *tx) DeleteManifest(blob pawl.ID) error {
	return t.do("delete a multipart", func(q *query.Queries) error {
		for _, remove := range []func(context.Context, string) error{q.DropParts, q.DropTails, q.DeleteMultipart} {
			if err := remove(uncut, string(blob)); err != nil {
				return err
			}
		}
		return nil
	})
}

var (
	errTaken = pawl.Errorf(pawl.Conflict, "there is such a piece already")
)

// Hold implements [pawl.Tx]. A SQLite file is one instance's: there are no leases.
func (t *tx) Hold(l pawl.Lease) error {
	if l != (pawl.Lease{}) {
		return pawl.Errorf(pawl.Locked, "the upload is another instance's")
	}
	return t.failed
}
