package dbtest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"pawl"
)

// deleteFiles deletes files that are there.
func deleteFiles(ids ...pawl.ID) func(tx pawl.Tx) error {
	return func(tx pawl.Tx) error {
		deleted, err := tx.DeleteFiles(ids)
		if err == nil && len(deleted) != len(ids) {
			return errOwn
		}
		return err
	}
}

// insertSome inserts n files.
func insertSome(t *testing.T, s pawl.Store, n int) (files []pawl.File, ids []pawl.ID) {
	t.Helper()
	ids = someIDs(n)
	for _, id := range ids {
		files = append(files, someFile(id))
	}
	update(t, s, insertFiles(files...))
	return files, ids
}

func filesAreDeletedOnce(t *testing.T, s pawl.Store) {
	files, all := insertSome(t, s, 1001)
	all = all[:1000]
	asked := append([]pawl.ID{all[7], someID(5000)}, all...) // one twice, and one that is not there
	for _, left := range []int{1000, 0} {
		found, err := s.FilesWithIDs(t.Context(), asked)
		if err != nil || len(found) != left {
			t.Fatalf("%d files are there, %v; want %d", len(found), err, left)
		}
		if left > 0 {
			wantEqual(t, found[all[7]], nil, files[7])
		}
		var deleted []pawl.ID
		update(t, s, func(tx pawl.Tx) (err error) {
			deleted, err = tx.DeleteFiles(asked)
			return err
		})
		slices.Sort(deleted)
		wantEqual(t, deleted, nil, all[:left])
	}
	wantNoFile(t, s, all[7])
	wantFile(t, s, files[1000])

	none, err := s.FilesWithIDs(t.Context(), nil)
	wantEqual(t, none, err, nil)
	update(t, s, deleteFiles())
}

func deletionIsAtomic(t *testing.T, s pawl.Store) {
	_, ids := insertSome(t, s, 100)
	deletion := func(end error) func(tx pawl.Tx) error {
		return func(tx pawl.Tx) error {
			deleted, err := tx.DeleteFiles(ids)
			for _, id := range deleted {
				err = errors.Join(err, tx.Enqueue(pawl.Job{Kind: pawl.ReclaimBlob, ID: id}),
					tx.Count(pawl.Tally{At: noon, Owner: "ann", MediaType: "text/plain", FilesRemoved: 1}),
					tx.Record(pawl.Event{At: noon, Type: pawl.FileDeleted, Subject: id, Owner: "ann"}))
			}
			return errors.Join(err, end)
		}
	}
	check := func(deleted int) {
		t.Helper()
		found, err := s.FilesWithIDs(t.Context(), ids)
		wantEqual(t, len(found), err, len(ids)-deleted)
		stats, err := s.Stats(t.Context(), pawl.OwnedBy("ann"), pawl.DayRange{From: noon, To: noon})
		wantEqual(t, stats.Days[0].FilesRemoved, err, int64(deleted))
		events, err := s.Events(t.Context(), 0, 1000)
		wantEqual(t, len(events), err, deleted)
		waiting, err := s.(pawl.Jobs).Waiting(t.Context())
		wantEqual(t, waiting[pawl.ReclaimBlob], err, deleted)
	}
	if err := s.Update(t.Context(), deletion(errOwn)); !errors.Is(err, errOwn) {
		t.Fatal(err)
	}
	check(0)
	update(t, s, deletion(nil))
	check(100)
}

// oneOfManyDeletes has deletions of many files at a time meet, each in an order of
// its own, and deletions of one. They do not deadlock, and each file
// is deleted by one of them.
func oneOfManyDeletes(t *testing.T, s pawl.Store) {
	const n = 60
	_, all := insertSome(t, s, n)
	var mu sync.Mutex
	var deleted []pawl.ID
	deletion := func(ids []pawl.ID) {
		err := s.Update(t.Context(), func(tx pawl.Tx) error {
			gone, err := tx.DeleteFiles(ids)
			mu.Lock()
			defer mu.Unlock()
			deleted = append(deleted, gone...)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	together(12, func(i int) {
		ids := slices.Clone(all)
		switch i % 3 {
		case 0:
			deletion(ids)
		case 1:
			slices.Reverse(ids)
			deletion(ids)
		case 2:
			for _, id := range ids[i : i+20] {
				deletion([]pawl.ID{id})
			}
		}
	})
	slices.Sort(deleted)
	wantEqual(t, deleted, nil, all)
}
