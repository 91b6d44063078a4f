package main_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A client brings in one file after the other until the crashes are over.
func (r *crashRig) client(number int) {
	random := rand.New(rand.NewPCG(r.seed, uint64(1000+number)))
	for n := 0; !r.draining.Load() && !r.failed(); n++ {
		f := r.newFile(random, fmt.Sprintf("client-%02d-file-%03d.bin", number, n))
		if f.parts == nil {
			r.bring(f.whole)
		} else {
			r.bringJoined(f)
		}
		if f.whole.id != "" && !f.whole.blamed.Load() && !r.failed() {
			r.verify(f.whole)
		}
	}
}

// crashFile is a file to bring in: in one upload, or joined from parts.
type crashFile struct {
	whole *crashUpload
	parts []*crashUpload
}

// crashUpload is one upload: how it is to be done, and what is known of it.
type crashUpload struct {
	content  *crashContent
	partial  bool
	withPOST int64 // bytes that come with the creation
	chunk    int64 // bytes of a PATCH; 0 for all there is
	deferred bool  // the length is declared with the last bytes
	joined   bool  // made of parts
	rate     int64 // bytes per second

	id       string
	declared bool        // the server knows the length
	blamed   atomic.Bool // something about it was found wrong

	mu     sync.Mutex
	offset int64    // the highest any answer has reported
	steps  []string // what was done so far, to be told when something is wrong
}

// step takes down what was done, and in which outage or life of the server.
func (u *crashUpload) step(outage int32, format string, args ...any) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.steps = append(u.steps, fmt.Sprintf("  %d.%d: ", outage/2, outage%2)+fmt.Sprintf(format, args...))
}

func (u *crashUpload) history() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return strings.Join(u.steps, "\n")
}

func (u *crashUpload) path() string { return "/files/" + u.id }

func (u *crashUpload) reported() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.offset
}

func (u *crashUpload) note(offset int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.offset = max(u.offset, offset)
}

// bring takes an upload to its end, by the rules of tus: after every failure the
// server is asked for the offset.
func (r *crashRig) bring(u *crashUpload) {
	sure, at := false, int64(0)
	for !r.failed() && !u.blamed.Load() {
		switch {
		case u.id == "":
			at, sure = r.create(u)
		case !sure:
			r.resumes.Add(1)
			at, sure = r.look(u)
		case at == u.content.size && u.declared:
			return
		default:
			at, sure = r.append(u, at)
		}
		if !sure {
			r.pass(10 * time.Millisecond) // not in a hot loop
			r.awaitReady()
		}
	}
}

// create makes the upload. An answer that never came may still have made one,
// which nobody will ever ask for.
func (r *crashRig) create(u *crashUpload) (offset int64, sure bool) {
	header := []string{"Upload-Length", strconv.FormatInt(u.content.size, 10)}
	if u.deferred {
		header = []string{"Upload-Defer-Length", "1"}
	}
	if u.partial {
		header = append(header, "Upload-Concat", "partial")
	} else {
		header = append(header, "Upload-Metadata", crashMetadata(u.content.name))
	}
	a, ok := r.post(u, r.body(u, 0, u.withPOST), header)
	if !ok {
		return 0, false
	}
	u.declared = !u.deferred
	r.acknowledge(u, path.Base(a.Get("Location")))
	if u.withPOST == 0 {
		return 0, true
	}
	return r.offset(u, a, 0, u.withPOST)
}

func crashMetadata(name string) string {
	return "filename " + base64.StdEncoding.EncodeToString([]byte(name))
}

func (r *crashRig) post(u *crashUpload, body *crashBody, header []string) (crashAnswer, bool) {
	if body.size > 0 {
		header = append(header, "Content-Type", "application/offset+octet-stream")
	}
	a, err := r.request(r.ctx, http.MethodPost, "/files/", body, header...)
	u.step(r.outage.Load(), "POST %v with %d bytes: status %d, %v", header, body.size, a.status, err)
	switch {
	case err != nil || a.passing():
		if !u.partial {
			r.mu.Lock()
			r.unheard[u.content.name] = u.content
			r.mu.Unlock()
		}
		return a, false
	case a.status != http.StatusCreated:
		r.blame(u, "POST: status %d, want 201: %s", a.status, a.body)
		return a, false
	}
	return a, true
}

func (r *crashRig) acknowledge(u *crashUpload, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u.id = id
	r.uploads[id] = u
}

// look asks for the offset, which may only ever have grown.
func (r *crashRig) look(u *crashUpload) (offset int64, sure bool) {
	floor := u.reported()
	a, err := r.request(r.ctx, http.MethodHead, u.path(), nil)
	u.step(r.outage.Load(), "HEAD: status %d, offset %s, %v", a.status, a.Get("Upload-Offset"), err)
	switch {
	case err != nil || a.passing():
		return 0, false
	case a.status != http.StatusOK:
		r.blame(u, "HEAD: status %d, after %d bytes were acknowledged", a.status, floor)
		return 0, false
	}
	u.declared = a.Get("Upload-Length") != ""
	return r.offset(u, a, floor, u.content.size)
}

// offset takes an Upload-Offset down; it has to be within bounds.
func (r *crashRig) offset(u *crashUpload, a crashAnswer, least, most int64) (int64, bool) {
	offset, err := strconv.ParseInt(a.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < least || offset > most {
		r.blame(u, "Upload-Offset is %q, want one from %d to %d", a.Get("Upload-Offset"), least, most)
		return 0, false
	}
	u.note(offset)
	return offset, true
}

func (r *crashRig) append(u *crashUpload, at int64) (offset int64, sure bool) {
	n := u.content.size - at
	if u.chunk > 0 {
		n = min(n, u.chunk)
	}
	header := []string{"Upload-Offset", strconv.FormatInt(at, 10), "Content-Type", "application/offset+octet-stream"}
	if !u.declared && at+n == u.content.size {
		header = append(header, "Upload-Length", strconv.FormatInt(u.content.size, 10))
	}
	a, err := r.request(r.ctx, http.MethodPatch, u.path(), r.body(u, at, n), header...)
	u.step(r.outage.Load(), "PATCH of %d bytes at %d: status %d, offset %s, %v", n, at, a.status, a.Get("Upload-Offset"), err)
	switch {
	case err != nil || a.passing():
		return 0, false
	case a.status == http.StatusConflict:
		// Only an offset that moved on without an answer explains this; HEAD will tell.
		return 0, false
	case a.status != http.StatusNoContent:
		r.blame(u, "PATCH at %d: status %d, want 204: %s", at, a.status, a.body)
		return 0, false
	}
	u.declared = u.declared || at+n == u.content.size
	return r.offset(u, a, at+n, at+n)
}

// bringJoined uploads the parts side by side and joins them.
func (r *crashRig) bringJoined(f crashFile) {
	var parts sync.WaitGroup
	for _, part := range f.parts {
		parts.Go(func() { r.bring(part) })
	}
	parts.Wait()
	if slices.ContainsFunc(f.parts, func(part *crashUpload) bool { return part.blamed.Load() }) {
		return
	}
	paths := make([]string, len(f.parts))
	for i, part := range f.parts {
		paths[i] = part.path()
	}
	header := []string{"Upload-Concat", "final;" + strings.Join(paths, " "), "Upload-Metadata", crashMetadata(f.whole.content.name)}
	for !r.failed() && !f.whole.blamed.Load() {
		a, ok := r.post(f.whole, r.body(f.whole, 0, 0), header)
		if ok {
			r.acknowledge(f.whole, path.Base(a.Get("Location")))
			return
		}
		r.pass(10 * time.Millisecond)
		r.awaitReady()
	}
}

// watchList reads the offsets that REST tells meanwhile: they are promises too.
func (r *crashRig) watchList(ctx context.Context) {
	for ctx.Err() == nil {
		floors := r.floors()
		var list struct {
			Items []crashJSON `json:"items"`
		}
		if err := r.get(ctx, "/api/v1/uploads?limit=200", &list); err == nil {
			for _, item := range list.Items {
				r.observe(item, floors[item.ID])
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (r *crashRig) floors() map[string]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	floors := make(map[string]int64, len(r.uploads))
	for id, u := range r.uploads {
		floors[id] = u.reported()
	}
	return floors
}

func (r *crashRig) observe(item crashJSON, floor int64) {
	r.mu.Lock()
	u := r.uploads[item.ID]
	r.mu.Unlock()
	if u == nil {
		return
	}
	if item.Offset < floor {
		r.blame(u, "REST says it is at %d, after %d had been reported", item.Offset, floor)
	}
	u.note(item.Offset)
}

// watchEvents takes down the offsets of the progress events.
func (r *crashRig) watchEvents(ctx context.Context) {
	for ctx.Err() == nil {
		r.readEvents(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (r *crashRig) readEvents(ctx context.Context) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.server.url+"/api/v1/events", nil)
	if err != nil {
		return
	}
	res, err := r.http.Do(req)
	if err != nil {
		return
	}
	defer res.Body.Close()
	event := ""
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = name
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok || event != "upload.progress" {
			continue
		}
		var item crashJSON
		if err := json.Unmarshal([]byte(data), &item); err != nil {
			r.fail("a progress event %q: %v", data, err)
		}
		r.observe(item, 0)
	}
}
