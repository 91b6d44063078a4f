//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// content is what a file holds.
type content struct {
	name  string
	bytes []byte
}

func (c content) sha256() string {
	sum := sha256.Sum256(c.bytes)
	return hex.EncodeToString(sum[:])
}

// upload is one upload: how it is to be done, and what is known of it.
type upload struct {
	content
	random   *rand.Rand
	partial  bool
	withPOST int           // bytes that come with the creation
	chunk    int           // the most bytes of a PATCH; 0 for all there is
	deferred bool          // the length is declared with the last bytes
	rate     int           // bytes per second
	patience time.Duration // how long nothing may move before it is tried anew

	id       string
	declared bool // the server knows the length
	offset   int  // the highest any answer has reported
	blamed   bool // something about it was found wrong
	steps    []string
}

func (u *upload) path() string { return "/files/" + u.id }

func (u *upload) step(format string, args ...any) {
	u.steps = append(u.steps, time.Now().Format("  05.000 ")+fmt.Sprintf(format, args...))
}

// blame reports what is wrong with an upload, and how it came to that.
func (r *rig) blame(u *upload, format string, args ...any) {
	r.t.Helper()
	u.blamed = true
	r.fail("%s (%s): %s\n%s", u.name, u.id, fmt.Sprintf(format, args...), strings.Join(u.steps, "\n"))
}

// client brings in one file after the other until the trouble is over.
func (r *rig) client(number int) {
	random := rand.New(rand.NewPCG(r.seed, uint64(1000+number)))
	for n := 0; !r.draining.Load() && !r.failed(); n++ {
		whole, parts := r.plan(random, fmt.Sprintf("client-%02d-file-%03d.bin", number, n))
		if parts == nil {
			r.bring(whole)
		} else {
			r.bringJoined(whole, parts)
		}
		if !whole.blamed && !r.failed() {
			r.awaitFile(whole)
		}
	}
}

// plan invents a file and a way to bring it in.
func (r *rig) plan(random *rand.Rand, name string) (whole *upload, parts []*upload) {
	size := random.IntN(1 << (12 + random.IntN(13))) // many small ones, few near 16 MiB
	start := random.IntN(len(r.bytes) - size)
	whole = &upload{
		content:  content{name: name, bytes: r.bytes[start : start+size]},
		random:   random,
		rate:     128<<10 + random.IntN(1<<20),
		patience: []time.Duration{3 * time.Second, 20 * time.Second}[random.IntN(2)],
	}
	switch random.IntN(6) {
	case 0: // with its creation
		whole.bytes = whole.bytes[:min(size, 64<<10)]
		whole.withPOST = len(whole.bytes)
	case 1: // one PATCH
	case 2, 3: // many
		whole.chunk = 1 + max(size/20, random.IntN(1<<20))
		whole.withPOST = random.IntN(min(size, 256<<10) + 1)
	case 4:
		whole.deferred, whole.chunk = true, 1+max(size/20, random.IntN(1<<20))
	case 5:
		parts = whole.split(2 + random.IntN(3))
	}
	return whole, parts
}

// split plans parts that make the whole when joined.
func (u *upload) split(n int) []*upload {
	parts := make([]*upload, n)
	for i := range parts {
		part := *u
		part.bytes = u.bytes[len(u.bytes)*i/n : len(u.bytes)*(i+1)/n]
		part.random = rand.New(rand.NewPCG(u.random.Uint64(), 0)) // parts go side by side
		part.partial, part.chunk = true, 1<<20
		parts[i] = &part
	}
	return parts
}

// bring takes an upload to its end, by the rules of tus: after every failure the
// server is asked for the offset.
func (r *rig) bring(u *upload) {
	sure, at := false, 0
	for !r.failed() && !u.blamed {
		switch {
		case u.id == "":
			at, sure = r.create(u)
		case !sure:
			r.resumes.Add(1)
			at, sure = r.look(u)
		case at == len(u.bytes) && u.declared:
			return
		default:
			at, sure = r.append(u, at)
		}
		if !sure {
			r.pass(time.Duration(50+u.random.IntN(250)) * time.Millisecond)
		}
	}
}

func metadata(name string) string {
	return "filename " + base64.StdEncoding.EncodeToString([]byte(name))
}

// create makes the upload. An answer that never came may still have made one,
// which nobody will ever ask for.
func (r *rig) create(u *upload) (offset int, sure bool) {
	header := []string{"Upload-Length", strconv.Itoa(len(u.bytes))}
	if u.deferred {
		header = []string{"Upload-Defer-Length", "1"}
	}
	if u.partial {
		header = append(header, "Upload-Concat", "partial")
	} else {
		header = append(header, "Upload-Metadata", metadata(u.name))
	}
	a, ok := r.post(u, u.bytes[:u.withPOST], header)
	if !ok {
		return 0, false
	}
	u.declared = !u.deferred
	r.acknowledge(u, path.Base(a.Get("Location")))
	if u.withPOST == 0 {
		return 0, true
	}
	return r.reported(u, a, 0, u.withPOST)
}

func (r *rig) acknowledge(u *upload, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u.id = id
	r.uploads = append(r.uploads, u)
}

func (r *rig) post(u *upload, body []byte, header []string) (answer, bool) {
	if len(body) > 0 {
		header = append(header, "Content-Type", "application/offset+octet-stream")
	}
	a, err := r.request(u, http.MethodPost, "/files/", body, header...)
	u.step("POST with %d bytes: status %d, %v", len(body), a.status, err)
	switch {
	case err != nil || a.passing():
		if !u.partial {
			r.mu.Lock()
			r.unheard[u.name] = u.content
			r.mu.Unlock()
		}
		return a, false
	case a.status != http.StatusCreated:
		r.blame(u, "POST: status %d, want 201: %s", a.status, a.body)
		return a, false
	}
	return a, true
}

// look asks for the offset, which may only ever have grown.
func (r *rig) look(u *upload) (offset int, sure bool) {
	floor := u.offset
	a, err := r.request(u, http.MethodHead, u.path(), nil)
	u.step("HEAD: status %d, offset %s, %v", a.status, a.Get("Upload-Offset"), err)
	switch {
	case err != nil || a.passing():
		return 0, false
	case a.status != http.StatusOK:
		r.blame(u, "HEAD: status %d, after %d bytes were acknowledged", a.status, floor)
		return 0, false
	}
	u.declared = a.Get("Upload-Length") != ""
	return r.reported(u, a, floor, len(u.bytes))
}

// reported takes an Upload-Offset down; it has to be within bounds.
func (r *rig) reported(u *upload, a answer, least, most int) (int, bool) {
	offset, err := strconv.Atoi(a.Get("Upload-Offset"))
	if err != nil || offset < least || offset > most {
		r.blame(u, "Upload-Offset is %q, want one from %d to %d", a.Get("Upload-Offset"), least, most)
		return 0, false
	}
	u.offset = max(u.offset, offset)
	return offset, true
}

func (r *rig) append(u *upload, at int) (offset int, sure bool) {
	n := len(u.bytes) - at
	if u.chunk > 0 && n > 0 {
		n = min(n, 1+u.random.IntN(u.chunk))
	}
	header := []string{"Upload-Offset", strconv.Itoa(at), "Content-Type", "application/offset+octet-stream"}
	if !u.declared && at+n == len(u.bytes) {
		header = append(header, "Upload-Length", strconv.Itoa(len(u.bytes)))
	}
	a, err := r.request(u, http.MethodPatch, u.path(), u.bytes[at:at+n], header...)
	u.step("PATCH of %d bytes at %d: status %d, offset %s, %v", n, at, a.status, a.Get("Upload-Offset"), err)
	switch {
	case err != nil || a.passing():
		return 0, false
	case a.status == http.StatusConflict: // an answer got lost; HEAD will tell
		return 0, false
	case a.status != http.StatusNoContent:
		r.blame(u, "PATCH at %d: status %d, want 204: %s", at, a.status, a.body)
		return 0, false
	}
	u.declared = u.declared || at+n == len(u.bytes)
	return r.reported(u, a, at+n, at+n)
}

// bringJoined uploads the parts side by side and joins them.
func (r *rig) bringJoined(whole *upload, parts []*upload) {
	var work sync.WaitGroup
	for _, part := range parts {
		work.Go(func() { r.bring(part) })
	}
	work.Wait()
	if slices.ContainsFunc(parts, func(part *upload) bool { return part.blamed }) {
		whole.blamed = true
		return
	}
	paths := make([]string, len(parts))
	for i, part := range parts {
		paths[i] = part.path()
	}
	header := []string{"Upload-Concat", "final;" + strings.Join(paths, " "), "Upload-Metadata", metadata(whole.name)}
	whole.patience = time.Minute // a join answers when it is done
	for !r.failed() && !whole.blamed {
		a, ok := r.post(whole, nil, header)
		if ok {
			r.acknowledge(whole, path.Base(a.Get("Location")))
			return
		}
		r.pass(200 * time.Millisecond)
	}
}

// answer is one whose body has been read.
type answer struct {
	status int
	http.Header
	body []byte
}

// passing reports a failure that a client has to try again after: somebody else is
// at the upload, something is away, or no instance answered.
func (a answer) passing() bool {
	switch a.status {
	case http.StatusLocked, http.StatusServiceUnavailable, http.StatusBadGateway:
		return true
	}
	return false
}

var errStalled = errors.New("nothing moved any more")

// request sends a request; an error means that no whole answer came. It is called
// off when nothing has moved for as long as the upload's client has patience.
func (r *rig) request(u *upload, method, path string, body []byte, header ...string) (answer, error) {
	ctx, cancel := context.WithCancelCause(r.ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(u.patience, func() { cancel(errStalled) })
	defer stalled.Stop()
	moved := func() { stalled.Reset(u.patience) }
	req, err := http.NewRequestWithContext(ctx, method, r.cluster.url()+path, nil)
	if err != nil {
		return answer{}, err
	}
	if len(body) > 0 {
		req.Body = io.NopCloser(&slowBody{rig: r, src: bytes.NewReader(body), rate: u.rate, moved: moved})
		req.ContentLength = int64(len(body))
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return answer{}, errors.Join(err, context.Cause(ctx))
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return answer{resp.StatusCode, resp.Header, text}, err
}

// slowBody gives a body at its client's own pace while there is trouble: that
// shall meet uploads under way.
type slowBody struct {
	rig   *rig
	src   io.Reader
	rate  int
	moved func()
}

func (b *slowBody) Read(p []byte) (int, error) {
	n, err := b.src.Read(p[:min(len(p), 32<<10)])
	if !b.rig.draining.Load() {
		b.rig.pass(time.Duration(n) * time.Second / time.Duration(b.rate))
	}
	b.moved()
	return n, err
}
