package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pawl"
	"pawl/files"
)

func (h *harness) deleteAll(ids []string, headers ...string) []deletionJSON {
	h.t.Helper()
	request, err := json.Marshal(map[string]any{"ids": ids})
	check(h.t, err)
	resp, text := h.do("POST", "/api/v1/files/delete", string(request), append(headers, "Content-Type", "application/json")...)
	if resp.StatusCode != http.StatusOK {
		h.t.Errorf("%s %s", resp.Status, text)
		return nil
	}
	return decode[deletionListJSON](h.t, text).Items
}

// byHeader authenticates requests by a header.
func byHeader(c *Config) {
	c.Principal = func(r *http.Request) (pawl.Principal, error) {
		id := r.Header.Get("X-Principal")
		return pawl.Principal{ID: id, Operator: id == "boss"}, nil
	}
}

func TestDeleteMany(t *testing.T) {
	h := newHarness(t, byHeader)
	ann, bob := pawl.Principal{ID: "ann"}, pawl.Principal{ID: "bob"}
	a, b := h.putFor(ann, "a", "", "12345"), h.putFor(ann, "b", "", "123")
	others, unfinished := h.putFor(bob, "c", "", "1"), h.begin(ann, "d", "", 10)
	never := string(pawl.NewID(unfinished.Time()))
	_, before, err := h.store.EventSpan(t.Context())
	check(t, err)

	missing := func(id string) deletionJSON {
		return deletionJSON{ID: id, Code: "not_found", Detail: "no such file"}
	}
	got := h.deleteAll([]string{b.ID, never, others.ID, a.ID, "no id\u0000", b.ID, string(unfinished)}, "X-Principal", "ann")
	want := []deletionJSON{
		{ID: b.ID, Deleted: true}, missing(never), missing(others.ID), {ID: a.ID, Deleted: true}, missing("no id\u0000"),
		{ID: b.ID, Deleted: true}, missing(string(unfinished)),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]deletionJSON{missing(a.ID)}, h.deleteAll([]string{a.ID}, "X-Principal", "boss")); diff != "" {
		t.Error(diff)
	}

	if _, err := h.files.Get(t.Context(), bob, pawl.ID(others.ID)); err != nil {
		t.Error(err)
	}
	for _, id := range []string{a.ID, b.ID} {
		if resp, _ := h.do("GET", "/api/v1/files/"+id+"/content", "", "X-Principal", "ann"); resp.StatusCode != 404 {
			t.Errorf("a deleted file: %s", resp.Status)
		}
	}
	events, err := h.store.Events(t.Context(), before, 100)
	check(t, err)
	seen := map[string]bool{}
	for _, e := range events {
		seen[string(e.Type)+" "+string(e.Subject)+" "+e.Owner] = true
	}
	if len(events) != 2 || !seen["file.deleted "+a.ID+" ann"] || !seen["file.deleted "+b.ID+" ann"] {
		t.Errorf("events: %v", events)
	}
	stats, err := h.files.Stats(t.Context(), ann, pawl.DayRange{})
	check(t, err)
	if stats.Totals.Files != 0 || stats.Totals.Bytes != 0 {
		t.Errorf("statistics: %+v", stats.Totals)
	}
	if left := h.blobCount(); left != 1 {
		t.Errorf("%d blobs are left, want the one of %s", left, others.ID)
	}
}

func (h *harness) blobCount() (n int) {
	for _, err := range h.blobs.All(context.Background()) {
		check(h.t, err)
		n++
	}
	return n
}

func TestDeleteManyRefusals(t *testing.T) {
	h := newHarness(t, byHeader)
	f := h.putFor(pawl.Principal{ID: "ann"}, "a", "", "1")
	tooMany, err := json.Marshal(map[string]any{"ids": make([]string, files.MaxDeletions+1)})
	check(t, err)
	for _, c := range []struct {
		name, body, who string
		status          int
		headers         []string
	}{
		{"nobody", `{"ids":["` + f.ID + `"]}`, "", 403, nil},
		{"nobody, of nothing", `{"ids":["x"]}`, "", 403, nil},
		{"no ids", `{"ids":[]}`, "ann", 422, nil},
		{"null", `{"ids":null}`, "ann", 422, nil},
		{"no list", `{}`, "ann", 422, nil},
		{"numbers", `{"ids":[1]}`, "ann", 422, nil},
		{"too many", string(tooMany), "ann", 422, nil},
		{"broken", `{"ids":["` + f.ID + `"`, "ann", 400, nil},
		{"another site", `{"ids":["` + f.ID + `"]}`, "ann", 403, []string{"Sec-Fetch-Site", "cross-site"}},
	} {
		headers := append(c.headers, "Content-Type", "application/json", "X-Principal", c.who)
		resp, text := h.do("POST", "/api/v1/files/delete", c.body, headers...)
		if resp.StatusCode != c.status {
			t.Errorf("%s: %s %s", c.name, resp.Status, text)
		}
		wantProblem(t, resp, text, c.status)
	}
	if _, err := h.files.Get(t.Context(), pawl.Principal{ID: "ann"}, pawl.ID(f.ID)); err != nil {
		t.Error(err)
	}
}

// TestDeleteManyWithoutClient disconnects before the deletion.
func TestDeleteManyWithoutClient(t *testing.T) {
	h := newHarness(t)
	a, b := h.put("a", "", "1"), h.put("b", "", "2")
	gone, leave := context.WithCancel(t.Context())
	leave()
	results, err := h.files.DeleteAll(gone, pawl.Local, []pawl.ID{pawl.ID(a.ID), pawl.ID(b.ID)})
	if err != nil || results[0] != nil || results[1] != nil {
		t.Errorf("%v, %v", results, err)
	}
	if files := getJSON[page[fileView]](h, "/api/v1/files"); len(files.Items) != 0 || h.blobCount() != 0 {
		t.Errorf("%d files and %d blobs are left", len(files.Items), h.blobCount())
	}
}

// TestDeleteManyRace deletes the same files one by one and in one request concurrently:
// each is deleted once.
func TestDeleteManyRace(t *testing.T) {
	h := newHarness(t)
	const n = 40
	ids := make([]string, n)
	for i := range ids {
		ids[i] = h.put(fmt.Sprint(i), "", "x").ID
	}
	var deleted atomic.Int32
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for _, item := range h.deleteAll(ids) {
				if item.Deleted {
					deleted.Add(1)
				}
			}
		})
	}
	for _, id := range ids {
		all.Go(func() {
			switch resp, text := h.do("DELETE", "/api/v1/files/"+id, ""); resp.StatusCode {
			case 204:
				deleted.Add(1)
			case 404:
			default:
				t.Errorf("%s %s", resp.Status, text)
			}
		})
	}
	all.Wait()
	if deleted.Load() != n {
		t.Errorf("%d deletions were confirmed of %d files", deleted.Load(), n)
	}
	events, err := h.store.Events(t.Context(), 0, 1000)
	check(t, err)
	recorded := 0
	for _, e := range events {
		if e.Type == pawl.FileDeleted {
			recorded++
		}
	}
	stats, err := h.files.Stats(t.Context(), pawl.Local, pawl.DayRange{})
	check(t, err)
	if recorded != n || stats.Totals.Files != 0 {
		t.Errorf("%d deletions were recorded of %d, %d files are counted", recorded, n, stats.Totals.Files)
	}
}

// TestDeleteManyIsFollowed deletes the maximum number of files while a client reads the
// event stream.
func TestDeleteManyIsFollowed(t *testing.T) {
	h := newHarness(t)
	ids := make([]string, files.MaxDeletions)
	check(t, h.store.Update(t.Context(), func(tx pawl.Tx) error {
		for i := range ids {
			f := pawl.File{ID: pawl.NewID(h.files.Now()), Owner: pawl.Local.ID, Name: "x", State: pawl.Ready}
			ids[i] = string(f.ID)
			if err := tx.InsertFile(f); err != nil {
				return err
			}
		}
		return nil
	}))
	stream, _ := h.follow()
	next(t, stream, "") // the head
	for _, item := range h.deleteAll(ids) {
		if !item.Deleted {
			t.Fatalf("%+v", item)
		}
	}
	seen := make(map[string]bool)
	for len(seen) < len(ids) {
		seen[string(decode[fileDeleted](t, next(t, stream, "file.deleted").data).ID)] = true
	}
	for _, id := range ids {
		if !seen[id] {
			t.Fatalf("no event for the deletion of %s", id)
		}
	}
	if strings.Contains(h.log.String(), "level=ERROR") {
		t.Error(h.log)
	}
}
