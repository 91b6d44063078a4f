package api

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pawl"
	"pawl/uploads"
)

const pngHead = "\x89PNG\r\n\x1a\n"

func TestFileIsShownWhole(t *testing.T) {
	h := newHarness(t)
	f := h.put("a.png", "text/plain", pngHead+"x")
	_, text := h.do("GET", "/api/v1/files/"+f.ID, "")
	got := decode[map[string]any](t, text)
	stamp := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$`)
	for _, field := range []string{"created_at", "updated_at"} {
		if v, _ := got[field].(string); !stamp.MatchString(v) {
			t.Errorf("%s = %v", field, got[field])
		}
		delete(got, field)
	}
	want := map[string]any{
		"id": f.ID, "name": "a.png", "size": 9.0, "media_type": "image/png", "declared_type": "text/plain",
		"type_mismatch": true, "sha256": *f.SHA256, "state": "ready", "metadata": map[string]any{}, "owner": "local",
		"downloads": 0.0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestListFilters(t *testing.T) {
	h := newHarness(t)
	h.put("Beach.png", "image/png", pngHead+"1")
	h.put("notes.txt", "text/plain", "some notes, longer than the others")
	gif := h.put("beach.gif", "image/gif", "GIF89a")
	h.do("PATCH", "/api/v1/files/"+gif.ID, `{"metadata":{"relativePath":"Trip/Été/beach.gif"}}`)
	h.put("100%_sure.txt", "text/plain", "yes")
	for query, want := range map[string][]string{
		"":                                   {"100%_sure.txt", "beach.gif", "notes.txt", "Beach.png"},
		"order=asc":                          {"Beach.png", "notes.txt", "beach.gif", "100%_sure.txt"},
		"q=BEACH":                            {"beach.gif", "Beach.png"},
		"q=%25_":                             {"100%_sure.txt"},
		"q=nothing":                          nil,
		"q=B%C3%A9ach+png":                   {"Beach.png"},
		"q=trip":                             {"beach.gif"},
		"q=gif+trip":                         {"beach.gif"},
		"type=*/*":                           {"100%_sure.txt", "beach.gif", "notes.txt", "Beach.png"},
		"type=text/plain%3B+charset=utf-8":   {"100%_sure.txt", "notes.txt"},
		"type=image/png,+text/*%3Bq=1,,":     {"100%_sure.txt", "notes.txt", "Beach.png"},
		"type=image/x-png":                   {"Beach.png"},
		"type=nonsense":                      nil,
		"created_after=2026-01-01":           {"100%_sure.txt", "beach.gif", "notes.txt", "Beach.png"},
		"created_before=2026-01-01":          nil,
		"created_before=0001-01-01":          nil,
		"created_after=0001-01-01T00:00:00Z": {"100%_sure.txt", "beach.gif", "notes.txt", "Beach.png"},
		"type=image/png":                     {"Beach.png"},
		"type=IMAGE/*":                       {"beach.gif", "Beach.png"},
		"type=image/":                        {"beach.gif", "Beach.png"},
		"sort=name&order=asc":                {"100%_sure.txt", "beach.gif", "Beach.png", "notes.txt"},
		"sort=size":                          {"notes.txt", "Beach.png", "beach.gif", "100%_sure.txt"},
		"state=ready&q=notes":                {"notes.txt"},
		"state=other":                        nil,
		"created_after=2100-01-01T00:00:00Z": nil,
		"created_before=2100-01-01T00:00:00Z&limit=1000": {"100%_sure.txt", "beach.gif", "notes.txt", "Beach.png"},
	} {
		got, _ := names(getJSON[page[fileView]](h, "/api/v1/files?"+query))
		slices.Sort(got)
		wantSorted := slices.Sorted(slices.Values(want))
		if query == "" || strings.Contains(query, "sort") || strings.Contains(query, "order") {
			got, _ = names(getJSON[page[fileView]](h, "/api/v1/files?"+query))
			wantSorted = want
		}
		if diff := cmp.Diff(wantSorted, got); diff != "" {
			t.Errorf("?%s: %s", query, diff)
		}
		wantTotals(h, query)
	}
}

// wantTotals compares the totals of a query with its list.
func wantTotals(h *harness, query string) {
	h.t.Helper()
	var want fileTotalsJSON
	for _, f := range getJSON[page[fileView]](h, "/api/v1/files?"+query).Items {
		want.Files++
		want.Bytes += f.Size
	}
	filters, _ := url.ParseQuery(query)
	for _, of := range []string{"sort", "order", "limit"} {
		filters.Del(of)
	}
	if got := getJSON[fileTotalsJSON](h, "/api/v1/files/totals?"+filters.Encode()); got != want {
		h.t.Errorf("totals of ?%s: %+v, want %+v", query, got, want)
	}
}

func TestListOfNonsense(t *testing.T) {
	h := newHarness(t)
	for _, query := range []string{"q=%00", "q=%ff", "type=%00", "type=image/%ff", "state=%00", "state=%ff", "created_after=soon", "created_before=2026-13-01"} {
		for _, path := range []string{"/api/v1/files?", "/api/v1/files/totals?"} {
			resp, text := h.do("GET", path+query, "")
			if resp.StatusCode != http.StatusBadRequest || !strings.Contains(text, `"code":"invalid"`) || strings.Contains(text, "15:04:05") {
				t.Errorf("%s%s: %s %s", path, query, resp.Status, text)
			}
		}
	}
}

// TestCursorsOfLongNames pages through lists with names that make the longest cursors.
func TestCursorsOfLongNames(t *testing.T) {
	h := newHarness(t)
	want := 0
	for _, character := range []string{"&", "<", `"`, `\`, "é", "日", "\U0010FFFF", "\U0001D160", "x"} {
		for _, more := range []string{"1", "2"} {
			name := strings.Repeat(character, (pawl.MaxNameBytes-1)/len(character)) + more
			if f := h.put(name, "", "1"); f.Name != name {
				t.Fatalf("%.10q... became %.10q...", name, f.Name)
			}
			want++
		}
	}
	for _, order := range []string{"asc", "desc"} {
		var all []string
		for cursor := ""; ; {
			p := getJSON[page[fileView]](h, "/api/v1/files?sort=name&limit=1&order="+order+"&cursor="+cursor)
			got, next := names(p)
			if all = append(all, got...); next == "" {
				break
			}
			if len(next) > maxCursor {
				t.Errorf("a cursor has %d bytes", len(next))
			}
			cursor = next
		}
		if len(all) != want || len(slices.Compact(slices.Sorted(slices.Values(all)))) != want {
			t.Errorf("%s: %d names, want %d", order, len(all), want)
		}
	}
	longest := cursor{Query: strings.Repeat("z", 13), Time: math.MinInt64, Size: math.MaxInt64, Name: strings.Repeat(`"`, pawl.MaxNameBytes), ID: strings.Repeat("v", 36)}
	if text := longest.String(); len(text) > maxCursor {
		t.Errorf("a cursor can have %d bytes, more than %d", len(text), maxCursor)
	} else if again, err := parseCursor(text, longest.Query); err != nil || again != longest {
		t.Errorf("the longest cursor is not taken back: %v", err)
	}
}

func TestListPages(t *testing.T) {
	h := newHarness(t)
	var all []string
	for i := range 7 {
		name := fmt.Sprintf("f%d", i)
		h.put(name, "", strings.Repeat("x", i/2)) // sizes with ties
		all = append(all, name)
	}
	for _, sort := range []string{"created_at", "name", "size"} {
		for _, order := range []string{"asc", "desc"} {
			t.Run(sort+" "+order, func(t *testing.T) {
				query := "/api/v1/files?limit=3&sort=" + sort + "&order=" + order
				got := walk(h, query)
				slices.Sort(got)
				if diff := cmp.Diff(all, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
	if p := getJSON[page[fileView]](h, "/api/v1/files?limit=7"); p.NextCursor != nil {
		t.Errorf("a last page that is full has a cursor: %s", *p.NextCursor)
	}
}

func walk(h *harness, query string) (all []string) {
	cursor := ""
	for range 10 {
		var got []string
		got, cursor = names(getJSON[page[fileView]](h, query+"&cursor="+url.QueryEscape(cursor)))
		if all = append(all, got...); cursor == "" {
			return all
		}
	}
	return append(all, "and no end")
}

func TestEmptyListIsAList(t *testing.T) {
	h := newHarness(t)
	for _, path := range []string{"/api/v1/files", "/api/v1/uploads"} {
		if _, text := h.do("GET", path, ""); text != `{"items":[],"next_cursor":null}`+"\n" {
			t.Errorf("%s: %s", path, text)
		}
	}
}

func TestCursorsOfOthersAreRefused(t *testing.T) {
	h := newHarness(t)
	h.put("a", "", "1")
	h.put("b", "", "2")
	_, next := names(getJSON[page[fileView]](h, "/api/v1/files?limit=1"))
	for _, query := range []string{
		"cursor=%00", "cursor=e30", "cursor=!!", "cursor=" + next + "x", "sort=name&cursor=" + next,
		"order=asc&cursor=" + next, "q=a&cursor=" + next,
		"cursor=" + cursor{Query: fingerprint("x"), ID: "../../etc"}.String(),
	} {
		resp, text := h.do("GET", "/api/v1/files?limit=1&"+query, "")
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(text, `"code":"invalid"`) {
			t.Errorf("%s: %s %s", query, resp.Status, text)
		}
	}
	if resp, _ := h.do("GET", "/api/v1/uploads?cursor="+next, ""); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a cursor of files in uploads: %s", resp.Status)
	}
}

func TestEdit(t *testing.T) {
	h := newHarness(t)
	f := h.put("old", "", "1")
	path := "/api/v1/files/" + f.ID
	_, text := h.do("PATCH", path, `{"name":"new","metadata":{"k":"v"}}`)
	if got := decode[fileView](t, text); got.Name != "new" || got.Metadata["k"] != "v" {
		t.Errorf("edited: %s", text)
	}
	_, text = h.do("PATCH", path, `{"name":null,"metadata":{}}`) // null: as it is
	if got := decode[fileView](t, text); got.Name != "new" || len(got.Metadata) != 0 {
		t.Errorf("metadata replaced: %s", text)
	}
	for body, status := range map[string]int{
		`{"name":""}`:          400,
		`{"name":" \u200b\t"}`: 400,
		`{"name":"` + strings.Repeat("x", 1025) + `"}`: 400,
		`{"name":"` + strings.Repeat("é", 513) + `"}`:  400,
		`{"nmae":"typo"}`:      422,
		`{"id":"other"}`:       422,
		`{"metadata":{"k":1}}`: 422,
		`{"metadata":["k"]}`:   422,
		`{`:                    400,
		``:                     400,
		`[]`:                   422,
		`{"metadata":{"k":"` + strings.Repeat("x", 2<<20) + `"}}`: 413,
	} {
		resp, text := h.do("PATCH", path, body)
		if resp.StatusCode != status || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("PATCH %.60s: %s %s", body, resp.Status, text)
		}
	}
	if resp, text := h.do("PATCH", path, `name=x`, "Content-Type", "text/plain"); resp.StatusCode != 415 {
		t.Errorf("a form: %s %s", resp.Status, text)
	}
	if got := getJSON[fileView](h, path); got.Name != "new" {
		t.Errorf("a refused edit changed the name to %q", got.Name)
	}
}

func TestDeleteIsForGood(t *testing.T) {
	h := newHarness(t)
	f := h.put("a", "", "1")
	if resp, text := h.do("DELETE", "/api/v1/files/"+f.ID, ""); resp.StatusCode != 204 || text != "" {
		t.Errorf("delete: %s %s", resp.Status, text)
	}
	for _, try := range [][2]string{
		{"GET", ""}, {"DELETE", ""}, {"GET", "/content"}, {"HEAD", "/content"},
	} {
		if resp, _ := h.do(try[0], "/api/v1/files/"+f.ID+try[1], ""); resp.StatusCode != 404 {
			t.Errorf("%s %s afterwards: %s", try[0], try[1], resp.Status)
		}
	}
}

func TestStrangeIDsNameNothing(t *testing.T) {
	h := newHarness(t)
	for _, id := range []string{
		"..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%00", "a%00b", "x", strings.Repeat("0", 35), strings.Repeat("0", 36),
		strings.Repeat("0", 37), strings.Repeat("z", 36), strings.ToUpper(string(pawl.NewID(h.files.Now()))), "%ff%fe",
	} {
		for _, path := range []string{"/api/v1/files/" + id, "/api/v1/files/" + id + "/content", "/api/v1/uploads/" + id, "/files/" + id} {
			resp, text := h.do("GET", path, "")
			if resp.StatusCode != 404 || !strings.Contains(text, `"code":"not_found"`) {
				t.Errorf("GET %s: %s %.100s", path, resp.Status, text)
			}
		}
	}
}

func TestTokensAreRevoked(t *testing.T) {
	who := pawl.Principal{ID: "ann"}
	h := newHarness(t, func(c *Config) {
		c.Principal = func(r *http.Request) (pawl.Principal, error) { return pawl.Principal{ID: r.Header.Get("X-Who")}, nil }
	})
	up, err := h.uploads.Plan(t.Context(), who, uploads.Spec{Kind: pawl.Regular, Length: 10})
	if err != nil {
		t.Fatal(err)
	}
	secret := up.GiveToken()
	if err := h.uploads.Begin(t.Context(), up); err != nil {
		t.Fatal(err)
	}
	for _, try := range []struct {
		who    string
		status int
		bearer pawl.Principal
	}{{"bob", 404, who}, {"ann", 204, pawl.Principal{}}, {"ann", 204, pawl.Principal{}}} {
		if resp, text := h.do("DELETE", "/api/v1/uploads/"+string(up.ID)+"/token", "", "X-Who", try.who); resp.StatusCode != try.status {
			t.Errorf("%s: %s %s", try.who, resp.Status, text)
		}
		if got, err := h.uploads.TokenOwner(t.Context(), pawl.ActWrite, up.ID, secret); got != try.bearer || err != nil {
			t.Errorf("after %s the token stands for %v, %v", try.who, got, err)
		}
	}
}

func TestOthersSeeNothing(t *testing.T) {
	who := pawl.Principal{ID: "ann"}
	h := newHarness(t, func(c *Config) {
		c.Principal = func(r *http.Request) (pawl.Principal, error) { return pawl.Principal{ID: r.Header.Get("X-Who")}, nil }
	})
	f := h.putFor(who, "a", "", "secret")
	up := h.begin(who, "b", "", 10)
	for _, try := range [][3]string{
		{"GET", "/api/v1/files/" + f.ID, ""}, {"PATCH", "/api/v1/files/" + f.ID, `{"name":"x"}`},
		{"DELETE", "/api/v1/files/" + f.ID, ""}, {"GET", "/api/v1/files/" + f.ID + "/content", ""},
		{"GET", "/files/" + f.ID, ""}, {"HEAD", "/api/v1/files/" + f.ID + "/content", ""},
		{"GET", "/api/v1/uploads/" + string(up), ""}, {"DELETE", "/api/v1/uploads/" + string(up), ""},
	} {
		if resp, text := h.do(try[0], try[1], try[2], "X-Who", "bob"); resp.StatusCode != 404 {
			t.Errorf("bob: %s %s: %s %s", try[0], try[1], resp.Status, text)
		}
	}
	for _, path := range []string{"/api/v1/files", "/api/v1/uploads"} {
		if _, text := h.do("GET", path, "", "X-Who", "bob"); strings.Contains(text, "ann") {
			t.Errorf("bob sees in %s: %s", path, text)
		}
		if _, text := h.do("GET", path, "", "X-Who", "ann"); !strings.Contains(text, "ann") {
			t.Errorf("ann does not see in %s: %s", path, text)
		}
	}
	if _, err := h.files.Get(context.Background(), who, pawl.ID(f.ID)); err != nil {
		t.Error(err)
	}
}

func TestUploads(t *testing.T) {
	h := newHarness(t)
	first := h.begin(pawl.Local, "first", "image/png", 10)
	h.append(pawl.Local, first, 0, "12345")
	second := h.begin(pawl.Local, "second", "", pawl.UnknownLength)
	type upload struct {
		ID, Name string
		Length   *int64
		Offset   int64
		Complete bool
	}
	p := getJSON[page[upload]](h, "/api/v1/uploads?limit=1")
	if len(p.Items) != 1 || p.Items[0].ID != string(second) || p.Items[0].Length != nil || p.NextCursor == nil {
		t.Fatalf("first page: %+v", p)
	}
	p = getJSON[page[upload]](h, "/api/v1/uploads?limit=1&cursor="+*p.NextCursor)
	if len(p.Items) != 1 || p.Items[0].ID != string(first) || p.NextCursor != nil {
		t.Fatalf("second page: %+v", p)
	}
	if got := getJSON[upload](h, "/api/v1/uploads/"+string(first)); got.Offset != 5 || *got.Length != 10 || got.Complete {
		t.Errorf("first: %+v", got)
	}
	if resp, text := h.do("DELETE", "/api/v1/uploads/"+string(first), ""); resp.StatusCode != 204 {
		t.Errorf("abort: %s %s", resp.Status, text)
	}
	if resp, _ := h.do("GET", "/api/v1/uploads/"+string(first), ""); resp.StatusCode != 404 {
		t.Errorf("after abort: %s", resp.Status)
	}
}
