package dbtest

import (
	"cmp"
	"fmt"
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
	update(t, s, insertFiles(all...))
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
	got, err := s.Files(t.Context(), pawl.FileQuery{})
	wantEqual(t, got, err, selectFiles(all, pawl.FileQuery{})) // the zero query is everything, newest first
	_, err = s.Files(t.Context(), pawl.FileQuery{Sort: "owner"})
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
	for _, name := range []string{"_", "'", `"`, `\`, "Ä", "*", "a%b", "A_B"} { // characters, not patterns
		if !yield(pawl.FileQuery{NameContains: name}) {
			return
		}
	}
	for _, owner := range []string{"", "ann", "o'hara"} {
		for _, name := range []string{"", "TXT", "%"} {
			for _, mediaType := range []string{"", "image/png", "image/", "image"} {
				for _, state := range []pawl.FileState{"", pawl.Ready} {
					for _, window := range windows {
						q := pawl.FileQuery{
							Owner: owner, NameContains: name, MediaType: mediaType, State: state,
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
	family := strings.HasSuffix(q.MediaType, "/") && strings.HasPrefix(f.MediaType, q.MediaType)
	return (q.Owner == "" || f.Owner == q.Owner) &&
		strings.Contains(pawl.FoldName(f.Name), pawl.FoldName(q.NameContains)) &&
		(q.MediaType == "" || f.MediaType == q.MediaType || family) &&
		(q.State == "" || f.State == q.State) &&
		(q.CreatedAfter.IsZero() || !f.CreatedAt.Before(q.CreatedAfter)) &&
		(q.CreatedBefore.IsZero() || f.CreatedAt.Before(q.CreatedBefore))
}

func compareFiles(sort pawl.FileSort, a, b pawl.File) int {
	switch sort {
	case pawl.ByName:
		return strings.Compare(pawl.FoldName(a.Name), pawl.FoldName(b.Name))
	case pawl.BySize:
		return cmp.Compare(a.Size, b.Size)
	default:
		return a.CreatedAt.Compare(b.CreatedAt)
	}
}

func compareIDs(a, b pawl.ID) int { return strings.Compare(string(a), string(b)) }

func cursor(f pawl.File) *pawl.FileCursor {
	return &pawl.FileCursor{Created: f.CreatedAt, Name: pawl.FoldName(f.Name), Size: f.Size, ID: f.ID}
}

// walkFiles turns the pages of a list.
func walkFiles(t *testing.T, s pawl.Store, q pawl.FileQuery, want []pawl.File) {
	t.Helper()
	var got []pawl.File
	for q.Limit = 7; ; q.After = cursor(got[len(got)-1]) {
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

// listsEnd asks for what comes after the last, also where it was deleted since.
func listsEnd(t *testing.T, s pawl.Store) {
	first, last := someFile(someID(1)), someFile(someID(2))
	first.Size, first.Name, first.CreatedAt = 1, "a", noon.Add(-time.Second)
	update(t, s, insertFiles(first, last))
	for _, sort := range []pawl.FileSort{pawl.ByCreated, pawl.ByName, pawl.BySize} {
		for ascending, end := range map[bool]pawl.File{true: last, false: first} {
			page, err := s.Files(t.Context(), pawl.FileQuery{Sort: sort, Ascending: ascending, After: cursor(end), Limit: 5})
			wantEqual(t, page, err, nil)
		}
	}
	update(t, s, deleteFiles(last.ID))
	page, err := s.Files(t.Context(), pawl.FileQuery{Sort: pawl.BySize, After: cursor(last), Limit: 5})
	wantEqual(t, page, err, []pawl.File{first})
}
