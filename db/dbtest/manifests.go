package dbtest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pawl"
)

func someMultipart(blob pawl.ID) pawl.Manifest {
	return pawl.Manifest{
		Blob: blob, UploadID: "upload/" + string(blob), PartSize: 5 << 20, Reserved: 3,
		Size: 10<<20 + 7, UpdatedAt: noon,
		Parts: []pawl.Part{
			{Number: 1, Size: 5 << 20, ETag: `"e1"`, Checksum: "c1"},
			{Number: 3, Size: 5 << 20, ETag: `"e3"`},
		},
		Tails: []pawl.Tail{
			{Key: "tails/a", Place: 10 << 20, Size: 4},
			{Key: "tails/b", Place: 10<<20 + 4, Size: 3},
		},
	}
}

// saveMultiparts saves accounts with their pieces, the last piece first.
func saveMultiparts(all ...pawl.Manifest) func(tx pawl.Tx) error {
	return func(tx pawl.Tx) error {
		for _, m := range all {
			errs := []error{tx.SaveManifest(m)}
			for i := range m.Parts {
				errs = append(errs, tx.AddPart(m.Blob, m.Parts[len(m.Parts)-1-i]))
			}
			for i := range m.Tails {
				errs = append(errs, tx.AddTail(m.Blob, m.Tails[len(m.Tails)-1-i]))
			}
			if err := errors.Join(errs...); err != nil {
				return err
			}
		}
		return nil
	}
}

func wantMultipart(t *testing.T, s pawl.Store, want pawl.Manifest) {
	t.Helper()
	got, err := s.Manifest(t.Context(), want.Blob)
	wantEqual(t, got, err, want)
}

func wantNoMultipart(t *testing.T, s pawl.Store, blob pawl.ID) {
	t.Helper()
	_, err := s.Manifest(t.Context(), blob)
	wantKind(t, err, pawl.NotFound)
}

func multipartRoundTrip(t *testing.T, s pawl.Store) {
	full, other := someMultipart(someID(1)), someMultipart(someID(2))
	full.UploadID = strings.Repeat("long'\"%_\\", 300)
	full.Size, full.PartSize = 5<<40, 5<<30
	bare := pawl.Manifest{Blob: someID(3), UpdatedAt: noon.Add(time.Microsecond)}
	update(t, s, saveMultiparts(full, other, bare))
	wantMultipart(t, s, full)
	wantMultipart(t, s, other)
	wantMultipart(t, s, bare)
	wantNoMultipart(t, s, someID(4))

	t.Log("saved again, all of it is new but its pieces")
	again := full
	again.UploadID, again.PartSize, again.Reserved, again.Sealed = "another", 1, 10_000, true
	again.Size, again.UpdatedAt = 3, noon.Add(-time.Hour)
	again.Parts, again.Tails = nil, nil
	update(t, s, saveMultiparts(again))
	again.Parts, again.Tails = full.Parts, full.Tails
	wantMultipart(t, s, again)
	wantMultipart(t, s, other)

	t.Log("what fails changes nothing")
	err := s.Update(t.Context(), func(tx pawl.Tx) error {
		return errors.Join(tx.SaveManifest(bare), tx.DropParts(full.Blob), tx.DeleteManifest(other.Blob), errOwn)
	})
	if !errors.Is(err, errOwn) {
		t.Fatal(err)
	}
	wantMultipart(t, s, again)
	wantMultipart(t, s, other)
}

func piecesAreUnique(t *testing.T, s pawl.Store) {
	m, other := someMultipart(someID(1)), someMultipart(someID(2)) // both have the same numbers and places
	update(t, s, saveMultiparts(m, other))
	updateFails(t, s, pawl.Conflict, func(tx pawl.Tx) error {
		return tx.AddPart(m.Blob, pawl.Part{Number: 3, Size: 1, ETag: "other"})
	})
	updateFails(t, s, pawl.Conflict, func(tx pawl.Tx) error {
		return tx.AddTail(m.Blob, pawl.Tail{Key: "other", Place: 10 << 20, Size: 1})
	})
	wantMultipart(t, s, m)
	race(t, pawl.Conflict, func(i int) error {
		return s.Update(t.Context(), func(tx pawl.Tx) error {
			return tx.AddPart(m.Blob, pawl.Part{Number: 4, Size: int64(i)})
		})
	})

	t.Log("a change that goes on after it has found one taken is whole")
	update(t, s, func(tx pawl.Tx) error {
		wantKind(t, tx.AddPart(m.Blob, pawl.Part{Number: 1}), pawl.Conflict)
		return tx.AddPart(m.Blob, pawl.Part{Number: 5})
	})
	got, err := s.Manifest(t.Context(), m.Blob)
	wantEqual(t, len(got.Parts), err, 4)
	wantMultipart(t, s, other)
}

func piecesAreDropped(t *testing.T, s pawl.Store) {
	m, other := someMultipart(someID(1)), someMultipart(someID(2))
	update(t, s, saveMultiparts(m, other))

	t.Log("tails become a part in one transaction")
	part := pawl.Part{Number: 2, Size: 7, ETag: "e2"}
	update(t, s, func(tx pawl.Tx) error { return errors.Join(tx.DropTails(m.Blob), tx.AddPart(m.Blob, part)) })
	m.Parts, m.Tails = []pawl.Part{m.Parts[0], part, m.Parts[1]}, nil
	wantMultipart(t, s, m)

	update(t, s, func(tx pawl.Tx) error { return tx.DropParts(m.Blob) })
	m.Parts = nil
	wantMultipart(t, s, m)

	for range 2 { // a second time is no error
		update(t, s, func(tx pawl.Tx) error { return tx.DeleteManifest(other.Blob) })
	}
	wantNoMultipart(t, s, other.Blob)
	wantMultipart(t, s, m)

	t.Log("a new account under the old name has none of the old pieces")
	other.Parts, other.Tails = nil, nil
	update(t, s, saveMultiparts(other))
	wantMultipart(t, s, other)
}

func multipartsAreListed(t *testing.T, s pawl.Store) {
	var open []pawl.Manifest
	for i := range 9 {
		m := someMultipart(someID(i))
		m.Sealed = i%3 == 1
		update(t, s, saveMultiparts(m))
		m.Parts, m.Tails = nil, nil // a list is without them
		if !m.Sealed {
			open = append(open, m)
		}
	}
	all, err := s.Manifests(t.Context(), "", 100)
	wantEqual(t, all, err, open)
	var walked []pawl.Manifest
	for after := pawl.ID(""); ; after = walked[len(walked)-1].Blob {
		page, err := s.Manifests(t.Context(), after, 4)
		if err != nil {
			t.Fatal(err)
		}
		if walked = append(walked, page...); len(page) < 4 || len(walked) > len(open) {
			break
		}
	}
	wantEqual(t, walked, nil, open)
}

func unknownLeaseDoesNotHold(t *testing.T, s pawl.Store) {
	f := someFile(someID(1))
	updateFails(t, s, pawl.Locked, func(tx pawl.Tx) error {
		if err := tx.Hold(pawl.Lease{ID: f.ID, Generation: 1}); err != nil {
			return err
		}
		return tx.InsertFile(f)
	})
	wantNoFile(t, s, f.ID)
	update(t, s, func(tx pawl.Tx) error { // who has the database to himself needs none
		return errors.Join(tx.Hold(pawl.Lease{}), tx.InsertFile(f))
	})
	wantFile(t, s, f)
}
