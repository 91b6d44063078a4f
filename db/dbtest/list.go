package dbtest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl"
)

// The list of files is compared with what a few lines of Go make of the same
// query: each order, both ways, with each combination of filters.

func filesAreListed(t *testing.T, s pawl.Store) {
	all := assortedFiles()
	update(t, s, func(tx pawl.Tx) error {
		for _, f := range all {
			if err := tx.Count(added(f, noon)); err != nil {
				return err
			}
		}
		return insertFiles(all...)(tx)
	})
	for _, sort := range []pawl.FileSort{pawl.ByCreated, pawl.ByName, pawl.BySize} {
		t.Run(string(sort), func(t *testing.T) {
			for q := range fileQueries {
				for _, q.Ascending = range []bool{false, true} {
					q.Sort = sort
					walkFiles(t, s, q, selectFiles(all, q))
				}
			}
		})
	}
	everything := pawl.FileQuery{Owner: pawl.Everybody} // newest first
	got, err := s.Files(t.Context(), everything)
	wantEqual(t, got, err, selectFiles(all, everything))
	_, err = s.Files(t.Context(), pawl.FileQuery{Owner: pawl.Everybody, Sort: "owner"})
	wantKind(t, err, pawl.Invalid)
}

// assortedFiles are many with few values each, so that there are ties everywhere.
func assortedFiles() (all []pawl.File) {
	names := []string{
		"a.txt", "A.TXT", "100%.txt", "1000.txt", "a_b.txt", "axb.txt", "it's.txt", `say "hi".txt`, `back\slash`,
		"Ärger.png", "ärger.PNG", "\U0010FFFF.bin", "z", "日本語.pdf", "*?[a].txt", strings.Repeat("\U0010FFFF", 256),
	}
	types := []string{"text/plain", "image/png", "image/jpeg", "imagex/png", "application/pdf"}
	for i := range 96 {
		f := someFile(someID(i * 37 % 50)) // neither ascending nor all of different times
		f.Name = names[i%len(names)]
		f.Size = []int64{0, 1, 1, 1 << 40, 7}[i%5]
		f.Owner = []string{"ann", "bob", "ann", "o'hara"}[i/3%4]
		f.MediaType = types[i/2%len(types)]
		if i%4 == 0 {
			f.Metadata = map[string]string{pawl.PathKey: "Été 100%/" + f.Name}
		}
		f.State = []pawl.FileState{pawl.Ready, pawl.Ready, "held"}[i%3]
		f.CreatedAt = noon.Add(time.Duration(i*31%11-5) * time.Microsecond)
		all = append(all, f)
	}
	return all
}

// fileQueries yields every combination of the filters, and some odd names.
func fileQueries(yield func(pawl.FileQuery) bool) {
	windows := [][2]time.Time{
		{},
		{noon.Add(-2 * time.Microsecond), {}},
		{{}, noon.Add(2 * time.Microsecond)},
		{noon.Add(-2 * time.Microsecond), noon.Add(2 * time.Microsecond)},
	}
	questions := []string{
		"_", "'", `"`, `\`, "Ä", "*", "a%b", "A_B", // characters, not patterns
		"100 ete", "txt ETE a", "txt a pdf", "ann 日本", `" hi say`, "a b c d e f g h i j k l", "été\n100",
	}
	for _, question := range questions {
		if !yield(pawl.FileQuery{Owner: pawl.Everybody, Words: pawl.SearchWords(question)}) {
			return
		}
	}
	types := [][]string{nil, {"image/png"}, {"image/"}, {"image"}, {"application/pdf", "image/jpeg"}, {"text/", "image/png"}, {"", ","}}
	for _, owner := range []pawl.Scope{pawl.Everybody, pawl.OwnedBy("ann"), pawl.OwnedBy("o'hara")} {
		for _, question := range []string{"", "TXT", "% ete"} {
			for _, types := range types {
				for _, state := range []pawl.FileState{"", pawl.Ready} {
					for _, window := range windows {
						q := pawl.FileQuery{
							Owner: owner, Words: pawl.SearchWords(question), Types: types, State: state,
							CreatedAfter: window[0], CreatedBefore: window[1],
						}
						if !yield(q) {
							return
						}
					}
				}
			}
		}
	}
}

func selectFiles(all []pawl.File, q pawl.FileQuery) (selected []pawl.File) {
	for _, f := range all {
		if selects(q, f) {
			selected = append(selected, f)
		}
	}
	slices.SortFunc(selected, func(a, b pawl.File) int {
		order := cmp.Or(compareFiles(q.Sort, a, b), compareIDs(a.ID, b.ID))
		if q.Ascending {
			return order
		}
		return -order
	})
	return selected
}

func selects(q pawl.FileQuery, f pawl.File) bool {
	isOf := func(mediaType string) bool {
		return f.MediaType == mediaType || strings.HasSuffix(mediaType, "/") && strings.HasPrefix(f.MediaType, mediaType)
	}
	lacks := func(word string) bool {
		return !strings.Contains(pawl.FoldName(f.Name), word) && !strings.Contains(pawl.FoldName(f.Metadata[pawl.PathKey]), word)
	}
	return q.Owner.Includes(f.Owner) &&
		!slices.ContainsFunc(q.Words, lacks) &&
		(len(q.Types) == 0 || slices.ContainsFunc(q.Types, isOf)) &&
		(q.State == "" || f.State == q.State) &&
		(q.CreatedAfter.IsZero() || !f.CreatedAt.Before(q.CreatedAfter)) &&
		(q.CreatedBefore.IsZero() || f.CreatedAt.Before(q.CreatedBefore))
}

func compareFiles(sort pawl.FileSort, a, b pawl.File) int {
	switch sort {
	case pawl.ByName:
		return strings.Compare(pawl.SortKey(a.Name), pawl.SortKey(b.Name))
	case pawl.BySize:
		return cmp.Compare(a.Size, b.Size)
	default:
		return a.CreatedAt.Compare(b.CreatedAt)
	}
}

func compareIDs(a, b pawl.ID) int { return strings.Compare(string(a), string(b)) }

func cursor(f pawl.File) *pawl.FileCursor {
	return &pawl.FileCursor{Created: f.CreatedAt, Name: pawl.SortKey(f.Name), Size: f.Size, ID: f.ID}
}

// walkFiles turns the pages of a list, and compares the totals with it.
func walkFiles(t *testing.T, s pawl.Store, q pawl.FileQuery, want []pawl.File) {
	t.Helper()
	walk(t, s, q, want, 7)
	totals, err := s.FileTotals(t.Context(), q)
	if err != nil || totals != totalsOf(want) {
		t.Fatalf("%+v: totals %+v, %v; want %+v", q, totals, err, totalsOf(want))
	}
}

func walk(t *testing.T, s pawl.Store, q pawl.FileQuery, want []pawl.File, limit int) {
	t.Helper()
	var got []pawl.File
	for q.Limit = limit; ; q.After = cursor(got[len(got)-1]) {
		page, err := s.Files(t.Context(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		got = append(got, page...)
		if len(page) < q.Limit || len(got) > len(want) { // the end, or one page too many
			break
		}
	}
	id := func(f pawl.File) pawl.ID { return f.ID }
	if got, want := ids(got, id), ids(want, id); got != want {
		t.Fatalf("%s\ngot\n%swant\n%s", fmt.Sprintf("%+v", q), got, want)
	}
}

func totalsOf(files []pawl.File) (totals pawl.FileTotals) {
	for _, f := range files {
		totals.Files++
		totals.Bytes += f.Size
	}
	return totals
}

// listsEnd asks for what comes after the last, also where it was deleted since.
func listsEnd(t *testing.T, s pawl.Store) {
	first, last := someFile(someID(1)), someFile(someID(2))
	first.Size, first.Name, first.CreatedAt = 1, "a", noon.Add(-time.Second)
	update(t, s, insertFiles(first, last))
	for _, sort := range []pawl.FileSort{pawl.ByCreated, pawl.ByName, pawl.BySize} {
		for ascending, end := range map[bool]pawl.File{true: last, false: first} {
			page, err := s.Files(t.Context(), pawl.FileQuery{Owner: pawl.Everybody, Sort: sort, Ascending: ascending, After: cursor(end), Limit: 5})
			wantEqual(t, page, err, nil)
		}
	}
	update(t, s, deleteFiles(last.ID))
	page, err := s.Files(t.Context(), pawl.FileQuery{Owner: pawl.Everybody, Sort: pawl.BySize, After: cursor(last), Limit: 5})
	wantEqual(t, page, err, []pawl.File{first})
}

// spellingsAreFound asks for names in another form than they were stored in.
func spellingsAreFound(t *testing.T, s pawl.Store) {
	for i, name := range []string{"gro\u0308ssen.md", "Größen.md", "GRÖSSEN.MD"} {
		f := someFile(someID(i))
		f.Name = name
		update(t, s, insertFiles(f))
	}
	for question, want := range map[string]int{
		"größen": 3, "gro\u0308ßen": 3, "GROSSEN": 3, "größen md": 3, "md.größen": 0,
	} {
		q := pawl.FileQuery{Owner: pawl.Everybody, Words: pawl.SearchWords(question)}
		if found, err := s.Files(t.Context(), q); err != nil || len(found) != want {
			t.Errorf("%q finds %d, %v; want %d", question, len(found), err, want)
		}
	}
}

// longNamesAreListed has names of the greatest length, folded to more than that, and
// of characters that compress badly.
func longNamesAreListed(t *testing.T, s pawl.Store) {
	var all []pawl.File
	random := rand.New(rand.NewPCG(1, 2))
	name := func(letters string) string {
		var b strings.Builder
		for b.Len() < pawl.MaxNameBytes {
			b.WriteRune([]rune(letters)[random.IntN(len([]rune(letters)))])
		}
		return b.String()
	}
	for i, letters := range []string{
		"&<>\"", "\U0001D15E\U0001D15F\U0001D160\U0001D161\U0001D162\U0001D163", "0123456789abcdefghijklmnopqrstuvwxyz", "&<>\"", "\U0010FFFF\U0010FFFE",
	} {
		f := someFile(someID(i))
		f.Name = name(letters)
		f.Metadata = map[string]string{pawl.PathKey: "folder/" + f.Name}
		all = append(all, f)
	}
	update(t, s, insertFiles(all...))
	for _, ascending := range []bool{true, false} {
		q := pawl.FileQuery{Owner: pawl.Everybody, Sort: pawl.ByName, Ascending: ascending, Words: []string{"folder"}}
		walk(t, s, q, selectFiles(all, q), 1)
	}
	for _, f := range all {
		q := pawl.FileQuery{Owner: pawl.Everybody, Words: pawl.SearchWords(f.Name)}
		found, err := s.Files(t.Context(), q)
		wantEqual(t, found, err, []pawl.File{f})
	}
}

// nobodyHasAnything asks every list for the zero scope.
func nobodyHasAnything(t *testing.T, s pawl.Store) {
	f, u := someFile(someID(1)), someUpload(someID(2))
	ownerless, begun := someFile(someID(3)), someUpload(someID(4))
	ownerless.Owner, begun.Owner = "", ""
	update(t, s, insertFiles(f, ownerless))
	update(t, s, insertUploads(u, begun))
	for _, counted := range []pawl.File{f, ownerless} {
		update(t, s, func(tx pawl.Tx) error { return tx.Count(added(counted, noon)) })
	}
	for _, nobody := range []pawl.Scope{{}, pawl.OwnedBy("")} {
		for _, sort := range []pawl.FileSort{pawl.ByCreated, pawl.ByName, pawl.BySize} {
			files, err := s.Files(t.Context(), pawl.FileQuery{Owner: nobody, Sort: sort})
			wantEqual(t, files, err, nil)
		}
		uploads, err := s.Uploads(t.Context(), pawl.UploadQuery{Owner: nobody, WithPartial: true})
		wantEqual(t, uploads, err, nil)
		for _, state := range []pawl.FileState{"", pawl.Ready} {
			totals, err := s.FileTotals(t.Context(), pawl.FileQuery{Owner: nobody, State: state})
			wantEqual(t, totals, err, pawl.FileTotals{})
		}
		stats, err := s.Stats(t.Context(), nobody, pawl.DayRange{From: noon, To: noon})
		wantEqual(t, stats, err, pawl.Stats{})
	}
}
