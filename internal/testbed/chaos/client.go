package chaos

import (
	"encoding/base64"
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

// upload is one upload: how it is to be done, and what is known of it.
type upload struct {
	content  *content
	random   *rand.Rand // of its client alone
	partial  bool
	withPOST int64 // bytes that come with the creation
	chunk    int64 // the most bytes of a PATCH; 0 for all there is
	deferred bool  // the length is declared with the last bytes
	joined   bool  // made of parts
	rate     int64 // bytes per second
	patience time.Duration

	id       string
	declared bool        // the server knows the length
	blamed   atomic.Bool // something about it was found wrong

	mu     sync.Mutex
	offset int64    // the highest any response has reported
	steps  []string // what was done so far
}

// step records what was done.
func (u *upload) step(format string, args ...any) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.steps = append(u.steps, time.Now().Format("  05.000 ")+fmt.Sprintf(format, args...))
}

func (u *upload) history() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return strings.Join(u.steps, "\n")
}

func (u *upload) path() string { return "/files/" + u.id }

func (u *upload) reported() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.offset
}

func (u *upload) note(offset int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.offset = max(u.offset, offset)
}

// client uploads one file after the other until the trouble is over.
func (r *Rig) client(number int) {
	random := rand.New(rand.NewPCG(r.seed, uint64(1000+number)))
	for n := 0; !r.draining.Load() && !r.Failed(); n++ {
		whole, parts := r.plan(random, fmt.Sprintf("client-%02d-file-%03d.bin", number, n))
		if parts == nil {
			r.bring(whole)
		} else {
			r.bringJoined(whole, parts)
		}
		if whole.id != "" && !whole.blamed.Load() && !r.Failed() {
			r.verify(whole)
		}
	}
}

// plan invents a file and a way to upload it: at once, or joined from parts.
func (r *Rig) plan(random *rand.Rand, name string) (whole *upload, parts []*upload) {
	whole = &upload{
		random: random, rate: r.Rate[0] + random.Int64N(r.Rate[1]-r.Rate[0]),
		patience: r.Patience[random.IntN(len(r.Patience))],
	}
	size := min(random.Int64N(1<<(10+random.IntN(14))), r.MaxSize) // many small ones, few near 8 MiB
	chunks := func() int64 { return 1 + max(size/20, random.Int64N(1<<20)) }
	switch random.IntN(7) {
	case 0: // small, with its creation
		size = random.Int64N(64 << 10)
		if random.IntN(4) == 0 {
			size = 0
		}
		whole.withPOST = size
	case 1: // one PATCH
		size = random.Int64N(r.MaxSize)
	case 2, 3: // many PATCHes
		whole.chunk = chunks()
	case 4: // some with the creation, and then a long PATCH that begins in the middle of a block
		size = random.Int64N(r.MaxSize)
		whole.withPOST = random.Int64N(min(size, 512<<10) + 1)
	case 5:
		whole.deferred, whole.chunk = true, chunks()
	case 6:
		whole.joined = true
		whole.content = r.newContent(random, name, size)
		return whole, whole.split(2 + random.IntN(3))
	}
	whole.content = r.newContent(random, name, size)
	return whole, nil
}

// split plans parts that make the whole when joined.
func (u *upload) split(n int) []*upload {
	parts := make([]*upload, n)
	for i := range parts {
		content := *u.content // of which the part is a section
		from, to := u.content.size*int64(i)/int64(n), u.content.size*int64(i+1)/int64(n)
		content.from, content.size = from, to-from
		parts[i] = &upload{
			content: &content, partial: true, rate: u.rate, patience: u.patience,
			random: rand.New(rand.NewPCG(u.random.Uint64(), 0)), // parts are uploaded side by side
		}
		if u.random.IntN(2) == 0 {
			parts[i].chunk = 64<<10 + u.random.Int64N(1<<20)
		}
	}
	return parts
}

// bring completes an upload by the rules of tus: after every failure the client asks
// the server for the offset.
func (r *Rig) bring(u *upload) {
	sure, at := false, int64(0)
	for !r.Failed() && !u.blamed.Load() {
		switch {
		case u.id == "":
			at, sure = r.create(u)
		case !sure:
			r.resumes.Add(1)
			at, sure = r.head(u)
		case at == u.content.size && u.declared:
			return
		default:
			at, sure = r.append(u, at)
		}
		if !sure {
			r.retry(u.random)
		}
	}
}

// create creates the upload. A response that was lost may have been to a creation that
// took place, which nobody ever asks for again.
func (r *Rig) create(u *upload) (offset int64, sure bool) {
	header := []string{"Upload-Length", strconv.FormatInt(u.content.size, 10)}
	if u.deferred {
		header = []string{"Upload-Defer-Length", "1"}
	}
	if u.partial {
		header = append(header, "Upload-Concat", "partial")
	} else {
		header = append(header, "Upload-Metadata", metadata(u.content.name))
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

func metadata(name string) string {
	return "filename " + base64.StdEncoding.EncodeToString([]byte(name))
}

func (r *Rig) post(u *upload, body *body, header []string) (answer, bool) {
	if body.size > 0 {
		header = append(header, "Content-Type", "application/offset+octet-stream")
	}
	a, err := r.request(r.Ctx, u.patience, http.MethodPost, "/files/", body, header...)
	u.step("POST %v with %d bytes: status %d, %v", header, body.size, a.status, err)
	switch {
	case err != nil || r.passes(http.MethodPost, a.status):
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

func (r *Rig) acknowledge(u *upload, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u.id = id
	r.uploads[id] = u
}

// head asks for the offset, which may only have grown.
func (r *Rig) head(u *upload) (offset int64, sure bool) {
	floor := u.reported()
	a, err := r.request(r.Ctx, u.patience, http.MethodHead, u.path(), nil)
	u.step("HEAD: status %d, offset %s, %v", a.status, a.Get("Upload-Offset"), err)
	switch {
	case err != nil || r.passes(http.MethodHead, a.status):
		return 0, false
	case a.status != http.StatusOK:
		r.blame(u, "HEAD: status %d, after %d bytes were acknowledged", a.status, floor)
		return 0, false
	}
	u.declared = a.Get("Upload-Length") != ""
	return r.offset(u, a, floor, u.content.size)
}

// offset records an Upload-Offset, which has to be within bounds.
func (r *Rig) offset(u *upload, a answer, least, most int64) (int64, bool) {
	offset, err := strconv.ParseInt(a.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < least || offset > most {
		r.blame(u, "Upload-Offset is %q, want one from %d to %d", a.Get("Upload-Offset"), least, most)
		return 0, false
	}
	u.note(offset)
	return offset, true
}

func (r *Rig) append(u *upload, at int64) (offset int64, sure bool) {
	n := u.content.size - at
	if u.chunk > 0 && n > 0 {
		n = min(n, 1+u.random.Int64N(u.chunk))
	}
	header := []string{"Upload-Offset", strconv.FormatInt(at, 10), "Content-Type", "application/offset+octet-stream"}
	if !u.declared && at+n == u.content.size {
		header = append(header, "Upload-Length", strconv.FormatInt(u.content.size, 10))
	}
	a, err := r.request(r.Ctx, u.patience, http.MethodPatch, u.path(), r.body(u, at, n), header...)
	u.step("PATCH of %d bytes at %d: status %d, offset %s, %v", n, at, a.status, a.Get("Upload-Offset"), err)
	switch {
	case err != nil || r.passes(http.MethodPatch, a.status):
		return 0, false
	case a.status == http.StatusConflict: // a response was lost; HEAD has the offset
		return 0, false
	case a.status != http.StatusNoContent:
		r.blame(u, "PATCH at %d: status %d, want 204: %s", at, a.status, a.body)
		return 0, false
	}
	u.declared = u.declared || at+n == u.content.size
	return r.offset(u, a, at+n, at+n)
}

// bringJoined uploads the parts side by side and joins them.
func (r *Rig) bringJoined(whole *upload, parts []*upload) {
	var work sync.WaitGroup
	for _, part := range parts {
		work.Go(func() { r.bring(part) })
	}
	work.Wait()
	if slices.ContainsFunc(parts, func(part *upload) bool { return part.blamed.Load() }) {
		return
	}
	paths := make([]string, len(parts))
	for i, part := range parts {
		paths[i] = part.path()
	}
	header := []string{"Upload-Concat", "final;" + strings.Join(paths, " "), "Upload-Metadata", metadata(whole.content.name)}
	whole.patience = max(whole.patience, time.Minute) // nothing moves before a join is done
	for !r.Failed() && !whole.blamed.Load() {
		a, ok := r.post(whole, r.body(whole, 0, 0), header)
		if ok {
			r.acknowledge(whole, path.Base(a.Get("Location")))
			return
		}
		r.retry(whole.random)
	}
}
