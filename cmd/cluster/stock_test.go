//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// item is a file or an upload as REST shows it.
type item struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Size   int    `json:"size"`
	Offset int    `json:"offset"`
	SHA256 string `json:"sha256"`
}

var errStatus = fmt.Errorf("not a 200")

// get reads a REST answer into a value.
func (r *rig) get(path string, into any) error {
	a, err := r.request(&upload{patience: 30 * time.Second}, http.MethodGet, path, nil)
	switch {
	case err != nil:
		return err
	case a.status != http.StatusOK:
		return fmt.Errorf("GET %s: status %d, %w: %s", path, a.status, errStatus, a.body)
	}
	return json.Unmarshal(a.body, into)
}

// awaitFile waits for the file of a complete upload: where something was away as
// it arrived, its file is made later, without its client's help.
func (r *rig) awaitFile(u *upload) {
	deadline := time.Now().Add(90 * time.Second)
	for !r.failed() {
		var f item
		err := r.get("/api/v1/files/"+u.id, &f)
		if err == nil && f.SHA256 != "" { // a join's digest follows it
			u.step("it is a file")
			r.compare(u, f)
			r.mu.Lock()
			r.finished = append(r.finished, u)
			r.mu.Unlock()
			return
		}
		if time.Now().After(deadline) {
			r.blame(u, "complete, but there is no file of it: %v", err)
			return
		}
		r.pass(100 * time.Millisecond)
	}
}

func (r *rig) compare(u *upload, f item) {
	want := item{ID: u.id, Name: u.name, Size: len(u.bytes), SHA256: u.sha256()}
	if f.Offset = 0; f != want {
		r.blame(u, "the file is %+v, want %+v", f, want)
	}
}

// takeStock compares, in the end and in peace, everything there is with everything
// there should be.
func (r *rig) takeStock() {
	r.awaitInstances()
	for left := r.underWay(); len(left) > 0 && !r.failed(); left = r.underWay() {
		r.endStrays(left)
	}
	files := r.listFiles()
	r.checkTotals(files)
	known := make(map[string]bool)
	for _, u := range r.finished {
		f, ok := files[u.id]
		if !ok {
			r.blame(u, "finished, and not listed")
			continue
		}
		known[u.id] = true
		r.compare(u, f)
		r.download(u)
	}
	r.checkStrays(files, known)
	r.awaitJobs()
	if !r.failed() {
		r.checkAlone()
	}
}

// endStrays aborts what was begun without its client hearing of it.
func (r *rig) endStrays(left []item) {
	for _, stray := range left {
		for _, u := range r.uploads {
			if u.id == stray.ID {
				r.blame(u, "it is still under way at %d", stray.Offset)
			}
		}
		a, err := r.request(&upload{patience: time.Minute}, http.MethodDelete, "/api/v1/uploads/"+stray.ID, nil)
		if err != nil || a.status != http.StatusNoContent {
			r.fail("DELETE of upload %s: status %d %s, %v", stray.ID, a.status, a.body, err)
		}
	}
}

func (r *rig) underWay() []item {
	var list struct{ Items []item }
	if err := r.get("/api/v1/uploads?limit=200", &list); err != nil {
		r.fail("the list of uploads: %v", err)
	}
	return list.Items
}

func (r *rig) underWayText() string {
	var text strings.Builder
	for _, u := range r.underWay() {
		fmt.Fprintf(&text, "\n  %s %s at %d", u.ID, u.Name, u.Offset)
	}
	return text.String()
}

// listFiles reads the whole list; nothing may be in it twice.
func (r *rig) listFiles() map[string]item {
	files := make(map[string]item)
	for page := "/api/v1/files?limit=200"; page != "" && !r.failed(); {
		var list struct {
			Items      []item
			NextCursor *string `json:"next_cursor"`
		}
		if err := r.get(page, &list); err != nil {
			r.fail("the list of files: %v", err)
			return files
		}
		for _, f := range list.Items {
			if _, twice := files[f.ID]; twice {
				r.fail("file %s (%s) is listed twice", f.Name, f.ID)
			}
			files[f.ID] = f
		}
		page = ""
		if list.NextCursor != nil {
			page = "/api/v1/files?limit=200&cursor=" + *list.NextCursor
		}
	}
	return files
}

// checkTotals compares the kept counters with a count.
func (r *rig) checkTotals(files map[string]item) {
	type totals struct {
		Files    int
		Bytes    int
		Finished int `json:"uploads_finished"`
		Active   int `json:"uploads_active"`
	}
	var stats struct{ Totals totals }
	if err := r.get("/api/v1/stats", &stats); err != nil {
		r.fail("the statistics: %v", err)
		return
	}
	want := totals{Files: len(files), Finished: len(files)} // nothing was deleted
	for _, f := range files {
		want.Bytes += f.Size
	}
	if stats.Totals != want {
		r.fail("the statistics say %+v, a count says %+v", stats.Totals, want)
	}
}

// checkStrays accounts for files that no client knows: the answer to their
// creation was lost, and they must be whole all the same.
func (r *rig) checkStrays(files map[string]item, known map[string]bool) {
	for id, f := range files {
		if known[id] {
			continue
		}
		c, ok := r.unheard[f.Name]
		if !ok {
			r.fail("nobody uploaded the file %s (%s)", f.Name, id)
			continue
		}
		stray := &upload{content: c, id: id}
		r.compare(stray, f)
		r.download(stray)
	}
}

// download compares a file byte for byte.
func (r *rig) download(u *upload) {
	if u.blamed || r.failed() {
		return
	}
	resp, err := r.http.Get(r.cluster.url() + "/api/v1/files/" + u.id + "/content")
	if err != nil {
		r.blame(u, "download: %v", err)
		return
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !bytes.Equal(got, u.bytes) {
		r.blame(u, "download: status %d, %d bytes of %d, %v: %s", resp.StatusCode, len(got), len(u.bytes), err, differences(got, u.bytes))
	}
}

// differences says where bytes are not those wanted.
func differences(got, want []byte) string {
	first, last := -1, -1
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return "none as far as there are bytes"
	}
	return fmt.Sprintf("wrong ones from %d to %d", first, last)
}

// awaitJobs waits for the bytes of what was deleted while something was away.
func (r *rig) awaitJobs() {
	const gauge = "\npawl_jobs_reclaim_waiting "
	deadline := time.Now().Add(3 * time.Minute)
	for !r.failed() {
		a, err := r.request(&upload{patience: 30 * time.Second}, http.MethodGet, "/metrics", nil)
		_, value, there := bytes.Cut(a.body, []byte(gauge))
		if err == nil && there && bytes.HasPrefix(value, []byte("0\n")) {
			return
		}
		if time.Now().After(deadline) {
			r.fail("jobs are still waiting: %.20s, %v", value, err)
			return
		}
		r.pass(200 * time.Millisecond)
	}
}

// checkAlone stops the instances and has everything checked by Pawl itself.
func (r *rig) checkAlone() {
	for _, i := range r.cluster.instances {
		if err := i.down(); err != nil {
			r.fail("%v\n%s", err, i.tail())
		}
	}
	out, err := r.check("--read")
	if err != nil && onlyOrphans(out) {
		// Bytes whose row was never committed, and could not be deleted either: a day
		// later a job would.
		if out, err := r.check("--mend"); err != nil {
			r.fail("pawl check --mend: %v\n%s", err, out)
		}
		out, err = r.check("--read")
	}
	if err != nil {
		r.fail("pawl check: %v\n%s", err, out)
	}
}

// onlyOrphans reports whether all that was found is bytes that nobody refers to.
func onlyOrphans(out []byte) bool {
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("- ")) && !bytes.Contains(line, []byte("bytes belong to no file and no upload")) {
			return false
		}
	}
	return true
}

// check has Pawl compare the database with the storage, in an empty directory.
func (r *rig) check(how string) ([]byte, error) {
	cmd := exec.CommandContext(r.ctx, r.cluster.pawl, "check", how)
	cmd.Dir = r.t.TempDir()
	cmd.Env = append(os.Environ(), r.cluster.environment()...)
	out, err := cmd.CombinedOutput()
	r.t.Logf("pawl check %s: %s", how, bytes.TrimSpace(out))
	left, dirErr := os.ReadDir(cmd.Dir)
	if dirErr != nil || len(left) > 0 {
		r.fail("it left %v where it ran, %v", left, dirErr)
	}
	return out, err
}
