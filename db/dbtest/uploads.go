package dbtest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"pawl"
)

func uploadRoundTrip(t *testing.T, s pawl.Store) {
	full := pawl.Upload{
		ID: someID(1), Owner: "ann", Kind: pawl.Final, Length: 1 << 40,
		Name: "Grüße 'n \"quotes\" %_\\.txt", DeclaredType: "text/plain; charset=utf-8",
		Metadata:    map[string]string{"relativePath": "a/b.txt", "empty": "", "é<>&": "\u2028\"'"},
		RawMetadata: "filename R3LDvMOfZQ==", Parts: []pawl.ID{someID(2), someID(3), someID(2)},
		RawConcat:   "final;/files/a /files/b",
		Progress:    pawl.Progress{Offset: 7, DigestOffset: 5, DigestState: []byte{0, 1, 255}, FoundType: "text/plain"},
		TokenSHA256: bytes.Repeat([]byte{0, 255}, 16),
		CreatedAt:   noon, UpdatedAt: noon.Add(time.Microsecond),
	}
	bare := pawl.Upload{ID: someID(4), Kind: pawl.Partial, Name: pawl.Unnamed, Length: pawl.UnknownLength, CreatedAt: noon, UpdatedAt: noon}
	update(t, s, insertUploads(full, bare))
	wantUpload(t, s, full)
	wantUpload(t, s, bare)
	wantNoUpload(t, s, someID(5))

	got, err := s.UploadByJoinKey(t.Context(), full.Owner, full.JoinKey())
	wantEqual(t, got, err, full)
	_, err = s.UploadByJoinKey(t.Context(), "bob", full.JoinKey())
	wantKind(t, err, pawl.NotFound)
	_, err = s.UploadByJoinKey(t.Context(), bare.Owner, bare.JoinKey())
	wantKind(t, err, pawl.NotFound) // an empty key names no join
}

func uploadIsUnique(t *testing.T, s pawl.Store) {
	join := someUpload(someID(1))
	join.Kind, join.Parts = pawl.Final, []pawl.ID{someID(8), someID(9)}
	update(t, s, insertUploads(join))

	sameID := someUpload(join.ID)
	updateFails(t, s, pawl.Conflict, insertUploads(sameID))

	sameJoin := join
	sameJoin.ID = someID(2)
	updateFails(t, s, pawl.Conflict, insertUploads(sameJoin))

	anothers := sameJoin
	anothers.Owner = "bob"
	update(t, s, insertUploads(anothers, someUpload(someID(3)), someUpload(someID(4))))
	wantUpload(t, s, join)
	wantUpload(t, s, anothers)
}

func progressNeverGoesBack(t *testing.T, s pawl.Store) {
	u := someUpload(someID(1))
	update(t, s, insertUploads(u))
	for _, step := range []struct {
		what    string
		save    pawl.Progress
		refused bool
	}{
		{"first bytes", pawl.Progress{Offset: 10, DigestOffset: 10, DigestState: []byte{10}, FoundType: "image/png"}, false},
		{"fewer bytes", pawl.Progress{Offset: 9, DigestOffset: 9, DigestState: []byte{9}}, true},
		{"more bytes, the digest behind", pawl.Progress{Offset: 20, DigestOffset: 10, DigestState: []byte{10}, FoundType: "image/png"}, false},
		{"the digest catches up", pawl.Progress{Offset: 20, DigestOffset: 20, DigestState: []byte{20}, FoundType: "image/png"}, false},
		{"the same bytes, the digest behind", pawl.Progress{Offset: 20, DigestOffset: 15, DigestState: []byte{15}}, true},
		{"more bytes, the digest begun anew", pawl.Progress{Offset: 30, FoundType: "image/png"}, false},
	} {
		t.Log(step.what)
		at := u.UpdatedAt.Add(time.Second)
		update(t, s, func(tx pawl.Tx) error { return tx.SaveProgress(u.ID, step.save, at) })
		if !step.refused {
			u.Progress, u.UpdatedAt = step.save, at
		}
		wantUpload(t, s, u)
	}
	t.Log("a type once found stays")
	update(t, s, func(tx pawl.Tx) error { return tx.SaveProgress(u.ID, pawl.Progress{Offset: 31}, noon) })
	u.Progress.Offset, u.UpdatedAt = 31, noon
	wantUpload(t, s, u)
	updateFails(t, s, pawl.NotFound, func(tx pawl.Tx) error { return tx.SaveProgress(someID(2), u.Progress, noon) })
}

func lengthIsDeclaredOnce(t *testing.T, s pawl.Store) {
	u := someUpload(someID(1))
	u.Length = pawl.UnknownLength
	update(t, s, insertUploads(u))
	declare := func(id pawl.ID, length int64) func(pawl.Tx) error {
		return func(tx pawl.Tx) error { return tx.DeclareLength(id, length, noon.Add(time.Minute)) }
	}
	update(t, s, declare(u.ID, 0))
	updateFails(t, s, pawl.Conflict, declare(u.ID, 5))
	update(t, s, declare(u.ID, 0)) // said again
	updateFails(t, s, pawl.NotFound, declare(someID(2), 5))
	u.Length, u.UpdatedAt = 0, noon.Add(time.Minute)
	wantUpload(t, s, u)
}

func uploadIsDeletedOnce(t *testing.T, s pawl.Store) {
	u := someUpload(someID(1))
	update(t, s, insertUploads(u))
	remove := func(tx pawl.Tx) error { return tx.DeleteUpload(u.ID) }
	update(t, s, remove)
	wantNoUpload(t, s, u.ID)
	updateFails(t, s, pawl.NotFound, remove)

	t.Log("one that is gone does not stop the change it is a part of")
	f := someFile(u.ID)
	update(t, s, func(tx pawl.Tx) error {
		wantKind(t, remove(tx), pawl.NotFound)
		return tx.InsertFile(f)
	})
	wantFile(t, s, f)
}

func uploadsAreListed(t *testing.T, s pawl.Store) {
	var all []pawl.Upload
	for i := range 40 {
		u := someUpload(someID(i / 2)) // some are of the same millisecond
		u.Owner = []string{"ann", "bob", "cy"}[i%3]
		u.Kind = []pawl.UploadKind{pawl.Regular, pawl.Partial, pawl.Regular, pawl.Final}[i%4]
		u.Length = []int64{100, pawl.UnknownLength, 0}[i/4%3]
		u.Progress.Offset = []int64{0, 100}[i/7%2]
		all = append(all, u)
	}
	update(t, s, insertUploads(all...))
	for _, owner := range []pawl.Scope{pawl.Everybody, pawl.OwnedBy("ann"), pawl.OwnedBy("stranger"), {}} {
		for i := range 4 {
			q := pawl.UploadQuery{Owner: owner, WithPartial: i&1 > 0, OnlyWhole: i&2 > 0}
			t.Run(fmt.Sprintf("%+v", q), func(t *testing.T) { walkUploads(t, s, q, selectUploads(all, q)) })
		}
	}
}

func selectUploads(all []pawl.Upload, q pawl.UploadQuery) (selected []pawl.Upload) {
	for _, u := range all {
		if q.Owner.Includes(u.Owner) &&
			(q.WithPartial || u.Kind != pawl.Partial) &&
			(!q.OnlyWhole || u.Complete()) {
			selected = append(selected, u)
		}
	}
	slices.SortFunc(selected, func(a, b pawl.Upload) int { return -compareIDs(a.ID, b.ID) })
	return selected
}

func walkUploads(t *testing.T, s pawl.Store, q pawl.UploadQuery, want []pawl.Upload) {
	whole, err := s.Uploads(t.Context(), q) // no limit
	wantEqual(t, whole, err, want)
	var got []pawl.Upload
	for q.Limit = 3; ; q.Before = got[len(got)-1].ID {
		page, err := s.Uploads(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page...)
		if len(page) < q.Limit || len(got) > len(want) { // the end, or one page too many
			break
		}
	}
	wantEqual(t, got, nil, want)
}

func secretIsForgotten(t *testing.T, s pawl.Store) {
	u, other := someUpload(someID(1)), someUpload(someID(2))
	u.TokenSHA256, other.TokenSHA256 = []byte{1, 2}, []byte{3, 4}
	update(t, s, insertUploads(u, other))
	for range 2 {
		update(t, s, func(tx pawl.Tx) error { return tx.ForgetToken(u.ID) })
		u.TokenSHA256 = nil
		wantUpload(t, s, u)
		wantUpload(t, s, other)
	}
	updateFails(t, s, pawl.NotFound, func(tx pawl.Tx) error { return tx.ForgetToken(someID(3)) })
}

func usedPartIsRemembered(t *testing.T, s pawl.Store) {
	part, other := someUpload(someID(1)), someUpload(someID(2))
	part.Kind, other.Kind = pawl.Partial, pawl.Partial
	part.TokenSHA256 = []byte{1, 2}
	update(t, s, insertUploads(part, other))
	later := noon.Add(time.Hour)
	use := func(id pawl.ID, at time.Time) func(tx pawl.Tx) error {
		return func(tx pawl.Tx) error { return tx.UsePart(id, at) }
	}
	update(t, s, use(part.ID, later))
	updateFails(t, s, pawl.NotFound, use(part.ID, later))
	updateFails(t, s, pawl.NotFound, use(someID(3), later))
	update(t, s, use(other.ID, later.Add(time.Minute)))
	wantNoUpload(t, s, part.ID)

	want := pawl.Upload{
		ID: part.ID, Owner: part.Owner, Kind: pawl.Partial, Length: part.Length, TokenSHA256: part.TokenSHA256,
		Progress: pawl.Progress{Offset: part.Length}, Filed: true, CreatedAt: later, UpdatedAt: later,
	}
	got, err := s.UsedPart(t.Context(), part.ID)
	wantEqual(t, got, err, want)

	update(t, s, func(tx pawl.Tx) error { return tx.ForgetUsedParts(later.Add(time.Second)) })
	_, err = s.UsedPart(t.Context(), part.ID)
	wantKind(t, err, pawl.NotFound)
	_, err = s.UsedPart(t.Context(), other.ID)
	if err != nil {
		t.Error(err)
	}
}
