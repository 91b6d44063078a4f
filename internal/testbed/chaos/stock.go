package chaos

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
)

// item is a file, an upload or an event as REST represents it.
type item struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Size      int64  `json:"size"`
	Offset    int64  `json:"offset"`
	MediaType string `json:"media_type"`
	SHA256    string `json:"sha256"`
	Downloads int64  `json:"downloads"`
}

// verify waits for the file of a complete upload, and reads it. Where something was away
// when the last byte arrived, the server makes the file later, without the client's help.
func (r *Rig) verify(u *upload) {
	deadline := time.Now().Add(90 * time.Second)
	for !r.Failed() {
		var f item
		err := r.Get("/api/v1/files/"+u.id, &f)
		if err == nil && (f.SHA256 != "" || !u.joined) { // the digest of a join may follow it
			u.step("it is a file")
			r.compare(u, f)
			r.mu.Lock()
			r.finished = append(r.finished, u)
			r.mu.Unlock()
			r.download(u)
			return
		}
		if time.Now().After(deadline) {
			r.blame(u, "complete, but there is no file of it: %v", err)
			return
		}
		r.retry(u.random)
	}
}

func (r *Rig) compare(u *upload, f item) {
	want := item{ID: u.id, Name: u.content.name, Size: u.content.size, SHA256: u.content.sha256}
	f.MediaType, f.Offset, f.Downloads = "", 0, 0
	if diff := cmp.Diff(want, f); diff != "" {
		r.blame(u, "the file is not as it was uploaded (-want +got):\n%s%s", diff, r.differences(u))
	}
}

// download reads a file and compares its digest. It reads again after a failure that
// passes.
func (r *Rig) download(u *upload) {
	for !r.Failed() && !u.blamed.Load() {
		sum, status, err := r.digest(u.path())
		if err == nil && status == http.StatusOK && sum == u.content.sha256 {
			return
		}
		if err == nil && !r.passes(http.MethodGet, status) {
			r.blame(u, "download: status %d, SHA-256 %s, want %s: %s", status, sum, u.content.sha256, r.differences(u))
			return
		}
		r.Pass(r.Backoff)
		if r.AwaitReady {
			r.AwaitHealth()
		}
	}
}

func (r *Rig) digest(path string) (sum string, status int, err error) {
	before := r.outage.Load()
	req, err := http.NewRequestWithContext(r.Ctx, http.MethodGet, r.URL+path, nil)
	if err != nil {
		return "", 0, err
	}
	res, err := r.http.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	h := sha256.New()
	n, err := io.Copy(h, res.Body)
	if err == nil && res.ContentLength >= 0 && res.ContentLength != n {
		err = io.ErrUnexpectedEOF
	}
	if err == nil && res.StatusCode >= 400 && r.inOutageSince(before) {
		err = errOutage
	}
	return hex.EncodeToString(h.Sum(nil)), res.StatusCode, err
}

// differences says where a file's bytes are not its client's.
func (r *Rig) differences(u *upload) string {
	res, err := r.http.Get(r.URL + u.path())
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	return u.content.differences(got)
}

// CheckFiles checks that every file that is known to be finished is listed, once and
// unchanged, and reads some of them.
func (r *Rig) CheckFiles(samples int, random *rand.Rand) {
	if r.Failed() {
		return
	}
	r.mu.Lock()
	finished := slices.Clone(r.finished)
	r.mu.Unlock()
	listed := r.listFiles()
	for _, u := range finished {
		f, ok := listed[u.id]
		if !ok {
			r.blame(u, "finished, but not listed")
			continue
		}
		r.compare(u, f)
	}
	for range min(samples, len(finished)) {
		u := finished[random.IntN(len(finished))]
		if offset, sure := r.head(u); sure && offset != u.content.size {
			r.blame(u, "finished, and HEAD reports %d of %d bytes", offset, u.content.size)
		}
		r.download(u)
	}
}

// CountFiles returns how many files are listed.
func (r *Rig) CountFiles() int { return len(r.listFiles()) }

// listFiles reads the whole list, by id. Nothing may be in it twice.
func (r *Rig) listFiles() map[string]item {
	files := make(map[string]item)
	for page := "/api/v1/files?limit=200"; page != "" && !r.Failed(); {
		var list struct {
			Items      []item  `json:"items"`
			NextCursor *string `json:"next_cursor"`
		}
		if err := r.Get(page, &list); err != nil {
			r.Fail("the list of files: %v", err)
			return files
		}
		for _, f := range list.Items {
			if _, twice := files[f.ID]; twice {
				r.Fail("file %s (%s) is listed twice", f.Name, f.ID)
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

// takeStock compares, in peace, everything there is with everything there should be.
func (r *Rig) takeStock() {
	r.AwaitHealth()
	r.endStrays()
	files := r.listFiles()
	r.CheckFiles(0, nil)
	for _, u := range r.finished {
		r.download(u)
	}
	r.checkStats(files)
	r.checkStrays(files)
	r.awaitJobs()
}

// checkStrays accounts for files that no client knows: the response to their creation
// was lost, and they must be whole all the same. A join has none: when it is asked for
// again, the response is what it made before.
func (r *Rig) checkStrays(files map[string]item) {
	joined := make(map[string]bool)
	known := make(map[string]bool)
	for _, u := range r.finished {
		known[u.id] = true
		joined[u.content.name] = u.joined
	}
	for id, f := range files {
		content := r.unheard[f.Name]
		switch {
		case known[id]:
		case content == nil:
			r.Fail("nobody uploaded the file %s (%s)", f.Name, id)
		case joined[f.Name]:
			r.Fail("%s was joined twice", f.Name)
		default:
			stray := &upload{content: content, id: id}
			r.compare(stray, f)
			r.download(stray)
		}
	}
}

// endStrays aborts uploads whose creation had its response lost. Nothing else may be
// under way.
func (r *Rig) endStrays() {
	for left := r.underWay(); len(left) > 0 && !r.Failed(); left = r.underWay() {
		for _, stray := range left {
			if r.uploads[stray.ID] != nil || r.unheard[stray.Name] == nil {
				r.Fail("%s (%s) is still under way at %d", stray.Name, stray.ID, stray.Offset)
			}
			a, err := r.request(r.Ctx, time.Minute, http.MethodDelete, "/api/v1/uploads/"+stray.ID, nil)
			if err != nil || a.status != http.StatusNoContent {
				r.Fail("DELETE of upload %s: status %d %s, %v", stray.ID, a.status, a.body, err)
			}
		}
	}
}

func (r *Rig) underWay() []item {
	var list struct {
		Items []item `json:"items"`
	}
	if err := r.Get("/api/v1/uploads?limit=200", &list); err != nil {
		r.Fail("the list of uploads: %v", err)
	}
	return list.Items
}

// stats is what the statistics report, and what a count yields.
type stats struct {
	Files           int64            `json:"files"`
	Bytes           int64            `json:"bytes"`
	UploadsFinished int64            `json:"uploads_finished"`
	UploadsFailed   int64            `json:"uploads_failed"`
	UploadsActive   int64            `json:"uploads_active"`
	Types           map[string]int64 `json:"-"` // bytes by media type
	ByDay           [2]int64         `json:"-"` // files and bytes of the last day
}

// checkStats compares the counters with a count of the list. Downloads are left out:
// they are counted in memory first, and a crash may lose some.
func (r *Rig) checkStats(files map[string]item) {
	var reported struct {
		Totals stats `json:"totals"`
		Types  []struct {
			MediaType string `json:"media_type"`
			Bytes     int64  `json:"bytes"`
		} `json:"types"`
		Days []struct {
			Files int64 `json:"files_total"`
			Bytes int64 `json:"bytes_total"`
		} `json:"days"`
	}
	if err := r.Get("/api/v1/stats", &reported); err != nil {
		r.Fail("the statistics: %v", err)
		return
	}
	got := reported.Totals
	got.Types = make(map[string]int64)
	for _, t := range reported.Types {
		got.Types[t.MediaType] += t.Bytes
	}
	if n := len(reported.Days); n > 0 {
		got.ByDay = [2]int64{reported.Days[n-1].Files, reported.Days[n-1].Bytes}
	}
	if diff := cmp.Diff(count(files), got); diff != "" {
		r.Fail("statistics differ from a full count (-count +statistics):\n%s", diff)
	}
}

func count(files map[string]item) stats {
	s := stats{Types: make(map[string]int64)}
	for _, f := range files {
		s.Files++
		s.Bytes += f.Size
		s.Types[f.MediaType] += f.Size
	}
	s.UploadsFinished = s.Files // nothing was deleted
	s.ByDay = [2]int64{s.Files, s.Bytes}
	return s
}

// awaitJobs waits until the bytes of what was deleted while something was away are
// freed.
func (r *Rig) awaitJobs() {
	const gauge = "\npawl_jobs_reclaim_waiting "
	deadline := time.Now().Add(3 * time.Minute)
	for !r.Failed() {
		a, err := r.requestURL(r.Ctx, time.Minute, http.MethodGet, r.MetricsURL, nil)
		_, value, there := bytes.Cut(a.body, []byte(gauge))
		if err == nil && there && bytes.HasPrefix(value, []byte("0\n")) {
			return
		}
		if time.Now().After(deadline) {
			r.Fail("jobs are still waiting: %.20s, %v", value, err)
			return
		}
		r.Pass(200 * time.Millisecond)
	}
}
