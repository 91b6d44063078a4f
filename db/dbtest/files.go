package dbtest

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pawl"
)

func fileRoundTrip(t *testing.T, s pawl.Store) {
	full := pawl.File{
		ID: someID(1), Owner: "ann", Name: "ÉTÉ 'n \"quotes\" %_\\.png", Size: 1 << 50,
		DeclaredType: "text/plain; charset=utf-8", MediaType: "image/png", State: pawl.Ready,
		Metadata:    map[string]string{"album": "été", "empty": "", "quote\"": "'%_"},
		RawMetadata: "filename w4lUw4k=", RawConcat: "final;/files/a /files/b",
		JoinKey: "a b", TokenSHA256: bytes.Repeat([]byte{0, 255}, 16), Downloads: 3, CreatedAt: noon, UpdatedAt: noon.Add(time.Microsecond),
	}
	for i := range full.SHA256 {
		full.SHA256[i] = byte(i)
	}
	bare := pawl.File{ID: someID(2), Name: "x", State: pawl.Ready, CreatedAt: noon, UpdatedAt: noon}
	update(t, s, insertFiles(full, bare))
	wantFile(t, s, full)
	wantFile(t, s, bare)
	wantNoFile(t, s, someID(3))

	got, err := s.FileByJoinKey(t.Context(), "ann", "a b")
	wantEqual(t, got, err, full)
	_, err = s.FileByJoinKey(t.Context(), "bob", "a b")
	wantKind(t, err, pawl.NotFound)
	_, err = s.FileByJoinKey(t.Context(), "", "")
	wantKind(t, err, pawl.NotFound) // an empty key names no join
}

func fileIsUnique(t *testing.T, s pawl.Store) {
	join := someFile(someID(1))
	join.JoinKey = strings.Repeat(string(someID(8))+" ", 500) // a join of many parts
	update(t, s, insertFiles(join))
	updateFails(t, s, pawl.Conflict, insertFiles(someFile(join.ID)))

	sameJoin := join
	sameJoin.ID = someID(2)
	updateFails(t, s, pawl.Conflict, insertFiles(sameJoin))

	sameJoin.Owner = "bob"
	update(t, s, insertFiles(sameJoin, someFile(someID(3)), someFile(someID(4))))
	wantFile(t, s, join)
	wantFile(t, s, sameJoin)
}

func fileIsEdited(t *testing.T, s pawl.Store) {
	f := someFile(someID(1))
	f.Metadata = map[string]string{"a": "1"}
	update(t, s, insertFiles(f, someFile(someID(2))))

	name := "ÜBER.txt"
	for i, step := range []struct {
		edit pawl.FileEdit
		want func(*pawl.File)
	}{
		{pawl.FileEdit{}, func(*pawl.File) {}},
		{pawl.FileEdit{Name: &name}, func(f *pawl.File) { f.Name = name }},
		{pawl.FileEdit{Metadata: map[string]string{"b": "2"}}, func(f *pawl.File) { f.Metadata = map[string]string{"b": "2"} }},
		{pawl.FileEdit{Metadata: map[string]string{}}, func(f *pawl.File) { f.Metadata = nil }},
	} {
		at := noon.Add(time.Duration(i+1) * time.Minute)
		update(t, s, func(tx pawl.Tx) error { return tx.EditFile(f.ID, step.edit, at) })
		step.want(&f)
		f.UpdatedAt = at
		wantFile(t, s, f)
	}
	wantFound := func(question string, want ...pawl.File) {
		t.Helper()
		found, err := s.Files(t.Context(), pawl.FileQuery{Owner: pawl.Everybody, Words: pawl.SearchWords(question)})
		wantEqual(t, found, err, want)
	}
	wantFound("über", f) // the keys have changed too

	inFolder := map[string]string{pawl.PathKey: "Sommer/a.txt"}
	update(t, s, func(tx pawl.Tx) error { return tx.EditFile(f.ID, pawl.FileEdit{Metadata: inFolder}, noon) })
	f.Metadata, f.UpdatedAt = inFolder, noon
	wantFound("sommer über", f)
	other := "b.txt"
	update(t, s, func(tx pawl.Tx) error { return tx.EditFile(f.ID, pawl.FileEdit{Name: &other}, noon) })
	f.Name = other
	wantFound("über")
	wantFound("sommer b.txt", f)
	update(t, s, func(tx pawl.Tx) error { return tx.EditFile(f.ID, pawl.FileEdit{Metadata: map[string]string{}}, noon) })
	f.Metadata = nil
	wantFound("sommer")
	wantFound("b.txt", f)
	updateFails(t, s, pawl.NotFound, func(tx pawl.Tx) error {
		return tx.EditFile(someID(3), pawl.FileEdit{Name: &name}, noon)
	})
}

func downloadsAreCounted(t *testing.T, s pawl.Store) {
	f := someFile(someID(1))
	update(t, s, insertFiles(f))
	later := noon.Add(24 * time.Hour)
	update(t, s, func(tx pawl.Tx) error {
		if err := tx.AddDownloads(f.ID, 2, noon); err != nil {
			return err
		}
		if err := tx.AddDownloads(someID(2), 9, noon); err != nil { // gone
			return err
		}
		return tx.AddDownloads(f.ID, 3, later)
	})
	f.Downloads = 5
	wantFile(t, s, f)
	for owner, want := range map[pawl.Scope][2]int64{pawl.Everybody: {2, 3}, pawl.OwnedBy("ann"): {2, 3}, pawl.OwnedBy("bob"): {0, 0}} {
		stats, err := s.Stats(t.Context(), owner, pawl.DayRange{From: noon, To: later})
		wantEqual(t, [2]int64{stats.Days[0].Downloads, stats.Days[1].Downloads}, err, want)
		wantEqual(t, stats.Totals.Downloads, err, want[0]+want[1])
	}
}
