package dbtest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pawl"
)

func someManifest(blob pawl.ID) pawl.Manifest {
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

// saveManifests saves manifests with their pieces, the last piece first.
func saveManifests(all ...pawl.Manifest) func(tx pawl.Tx) error {
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

func wantManifest(t *testing.T, s pawl.Store, want pawl.Manifest) {
	t.Helper()
	got, err := s.Manifest(t.Context(), want.Blob)
	wantEqual(t, got, err, want)
}

func wantNoManifest(t *testing.T, s pawl.Store, blob pawl.ID) {
	t.Helper()
	_, err := s.Manifest(t.Context(), blob)
	wantKind(t, err, pawl.NotFound)
}

func manifestRoundTrip(t *testing.T, s pawl.Store) {
	full, other := someManifest(someID(1)), someManifest(someID(2))
	full.UploadID = strings.Repeat("long'\"%_\\", 300)
	full.Size, full.PartSize = 5<<40, 5<<30
	bare := pawl.Manifest{Blob: someID(3), UpdatedAt: noon.Add(time.Microsecond)}
	update(t, s, saveManifests(full, other, bare))
	wantManifest(t, s, full)
	wantManifest(t, s, other)
	wantManifest(t, s, bare)
	wantNoManifest(t, s, someID(4))

	t.Log("saved again, all of it is new but its pieces")
	again := full
	again.UploadID, again.PartSize, again.Reserved, again.Sealed = "another", 1, 10_000, true
	again.Size, again.UpdatedAt = 3, noon.Add(-time.Hour)
	again.Parts, again.Tails = nil, nil
	update(t, s, saveManifests(again))
	again.Parts, again.Tails = full.Parts, full.Tails
	wantManifest(t, s, again)
	wantManifest(t, s, other)

	t.Log("what fails changes nothing")
	err := s.Update(t.Context(), func(tx pawl.Tx) error {
		return errors.Join(tx.SaveManifest(bare), tx.DropParts(full.Blob), tx.DeleteManifest(other.Blob), errOwn)
	})
	if !errors.Is(err, errOwn) {
		t.Fatal(err)
	}
	wantManifest(t, s, again)
	wantManifest(t, s, other)
}

func piecesAreUnique(t *testing.T, s pawl.Store) {
	m, other := someManifest(someID(1)), someManifest(someID(2)) // both have the same numbers and places
	update(t, s, saveManifests(m, other))
	updateFails(t, s, pawl.Conflict, func(tx pawl.Tx) error {
		return tx.AddPart(m.Blob, pawl.Part{Number: 3, Size: 1, ETag: "other"})
	})
	updateFails(t, s, pawl.Conflict, func(tx pawl.Tx) error {
		return tx.AddTail(m.Blob, pawl.Tail{Key: "other", Place: 10 << 20, Size: 1})
	})
	wantManifest(t, s, m)
	race(t, pawl.Conflict, func(i int) error {
		return s.Update(t.Context(), func(tx pawl.Tx) error {
			return tx.AddPart(m.Blob, pawl.Part{Number: 4, Size: int64(i)})
		})
	})

	t.Log("a change that continues after it has found one taken is committed whole")
	update(t, s, func(tx pawl.Tx) error {
		wantKind(t, tx.AddPart(m.Blob, pawl.Part{Number: 1}), pawl.Conflict)
		return tx.AddPart(m.Blob, pawl.Part{Number: 5})
	})
	got, err := s.Manifest(t.Context(), m.Blob)
	wantEqual(t, len(got.Parts), err, 4)
	wantManifest(t, s, other)
}

func piecesAreDropped(t *testing.T, s pawl.Store) {
	m, other := someManifest(someID(1)), someManifest(someID(2))
	update(t, s, saveManifests(m, other))

	t.Log("tails become a part in one transaction")
	part := pawl.Part{Number: 2, Size: 7, ETag: "e2"}
	update(t, s, func(tx pawl.Tx) error { return errors.Join(tx.DropTails(m.Blob), tx.AddPart(m.Blob, part)) })
	m.Parts, m.Tails = []pawl.Part{m.Parts[0], part, m.Parts[1]}, nil
	wantManifest(t, s, m)

	update(t, s, func(tx pawl.Tx) error { return tx.DropParts(m.Blob) })
	m.Parts = nil
	wantManifest(t, s, m)

	for range 2 { // a second time is no error
		update(t, s, func(tx pawl.Tx) error { return tx.DeleteManifest(other.Blob) })
	}
	wantNoManifest(t, s, other.Blob)
	wantManifest(t, s, m)

	t.Log("a new manifest of the old blob has none of the old pieces")
	other.Parts, other.Tails = nil, nil
	update(t, s, saveManifests(other))
	wantManifest(t, s, other)
}

func manifestsAreListed(t *testing.T, s pawl.Store) {
	var open []pawl.Manifest
	for i := range 9 {
		m := someManifest(someID(i))
		m.Sealed = i%3 == 1
		update(t, s, saveManifests(m))
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

func manifestSizes(t *testing.T, s pawl.Store) {
	open, sealed, empty := someManifest(someID(1)), someManifest(someID(2)), pawl.Manifest{Blob: someID(3)}
	open.Size = 5 << 40
	sealed.Sealed = true
	update(t, s, saveManifests(open, sealed, empty, someManifest(someID(4))))
	got, err := s.ManifestSizes(t.Context(), []pawl.ID{open.Blob, empty.Blob, someID(5), sealed.Blob, open.Blob})
	wantEqual(t, got, err, map[pawl.ID]int64{open.Blob: open.Size, sealed.Blob: sealed.Size, empty.Blob: 0})
	got, err = s.ManifestSizes(t.Context(), nil)
	wantEqual(t, got, err, map[pawl.ID]int64{})
}

// manifestIsOfOneMoment reads a manifest while its tail becomes a part, and a tail again:
// whenever it is read, it has its two pieces.
func manifestIsOfOneMoment(t *testing.T, s pawl.Store) {
	m := pawl.Manifest{Blob: someID(1), Size: 10, UpdatedAt: noon}
	tail, part := pawl.Tail{Key: "tail", Place: 6, Size: 4}, pawl.Part{Number: 2, Size: 4, ETag: "e2"}
	first := pawl.Part{Number: 1, Size: 6, ETag: "e1"}
	update(t, s, func(tx pawl.Tx) error {
		return errors.Join(tx.SaveManifest(m), tx.AddPart(m.Blob, first), tx.AddTail(m.Blob, tail))
	})
	stop, stopped := make(chan struct{}), make(chan error)
	go func() {
		for {
			err := errors.Join(
				s.Update(t.Context(), func(tx pawl.Tx) error {
					return errors.Join(tx.DropTails(m.Blob), tx.AddPart(m.Blob, part))
				}),
				s.Update(t.Context(), func(tx pawl.Tx) error {
					return errors.Join(tx.DropParts(m.Blob), tx.AddPart(m.Blob, first), tx.AddTail(m.Blob, tail))
				}))
			select {
			case <-stop:
				stopped <- err
				return
			default:
				if err != nil {
					stopped <- err
					return
				}
			}
		}
	}()
	for range 300 {
		got, err := s.Manifest(t.Context(), m.Blob)
		if err != nil || len(got.Parts)+len(got.Tails) != 2 {
			t.Errorf("%+v, %v", got, err)
			break
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
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
	update(t, s, func(tx pawl.Tx) error { // an instance that is alone needs none
		return errors.Join(tx.Hold(pawl.Lease{}), tx.InsertFile(f))
	})
	wantFile(t, s, f)
}
