package main_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

// What the crash tests are told by the environment.
const (
	crashesEnv   = "PAWL_TEST_CRASHES" // kills of TestCrash
	cutsEnv      = "PAWL_TEST_CUTS"    // power cuts of TestPowerCut
	crashSeedEnv = "PAWL_TEST_SEED"    // repeats the uploads and the delays of an earlier run
	crashBinEnv  = "PAWL_TEST_BINARY"  // tests this binary instead of building one
)

// TestCrash kills a busy server again and again. Whatever an answer ever said has
// to be true of the server that comes up afterwards.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about a minute")
	}
	r := newCrashRig(t, t.TempDir(), 20)
	r.run(crashCount(t, crashesEnv, 25), func() {
		r.outage.Add(1)
		r.server.kill()
		r.outage.Add(1)
	})
}

// TestPowerCut has a busy server's file system go away under it, as in a power
// cut: what was not on the disk by then is lost. ext4 offers this (the shutdown
// ioctl, without flushing its journal), and does its recovery at the next mount.
func TestPowerCut(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about half a minute")
	}
	disk := newCrashDisk(t)
	r := newCrashRig(t, filepath.Join(disk.dir, "data"), 12)
	r.run(crashCount(t, cutsEnv, 12), func() {
		r.outage.Add(1)
		disk.cutPower()
		r.server.kill()
		r.outage.Add(1)
		disk.remount()
	})
}

func crashCount(t *testing.T, env string, fallback int) int {
	text := os.Getenv(env)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is no number of crashes", env, text)
	}
	return n
}

// crashRig is a server, the clients at work on it, and everything the server has
// ever told them.
type crashRig struct {
	t       *testing.T
	ctx     context.Context
	seed    uint64
	clients int
	server  *crashServer
	http    *http.Client
	table   []byte // random bytes the contents are made of

	work     sync.WaitGroup
	draining atomic.Bool // no more crashes: clients begin nothing new and hurry up
	faults   atomic.Int32
	resumes  atomic.Int64
	// outage counts the crashes, by halves: while it is odd, and for a request
	// during which it changed, errors are no defect. Good news still count.
	outage atomic.Int32

	mu       sync.Mutex
	uploads  map[string]*crashUpload  // by id: the acknowledged ones
	unheard  map[string]*crashContent // by name: creations whose answer was lost
	finished []*crashUpload
}

func newCrashRig(t *testing.T, dataDir string, clients int) *crashRig {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv(crashSeedEnv); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", crashSeedEnv, err)
		}
	}
	t.Logf("%s=%d", crashSeedEnv, seed)
	ctx, cancel := context.WithCancel(t.Context())
	r := &crashRig{
		t: t, ctx: ctx, seed: seed, clients: clients,
		server:  newCrashServer(t, dataDir),
		http:    &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}},
		table:   crashTable(seed),
		uploads: make(map[string]*crashUpload),
		unheard: make(map[string]*crashContent),
	}
	t.Cleanup(func() {
		cancel()
		r.work.Wait()
		r.http.CloseIdleConnections()
	})
	return r
}

// fail reports a broken promise. After a few the run ends: the rest would be noise.
func (r *crashRig) fail(format string, args ...any) {
	r.t.Helper()
	r.t.Errorf(format, args...)
	if r.faults.Add(1) == 10 {
		r.t.Error("giving up after ten faults")
		r.draining.Store(true)
	}
}

// blame reports what is wrong with an upload, once, and how it came to that.
func (r *crashRig) blame(u *crashUpload, format string, args ...any) {
	r.t.Helper()
	if u.blamed.CompareAndSwap(false, true) {
		r.fail("%s (%s): %s\n%s", u.content.name, u.id, fmt.Sprintf(format, args...), u.history())
	}
}

func (r *crashRig) failed() bool { return r.faults.Load() >= 10 || r.ctx.Err() != nil }

// run lets the clients work through a number of crashes, then finish in peace,
// and takes stock.
func (r *crashRig) run(crashes int, crash func()) {
	began := time.Now()
	limit := time.AfterFunc(2*time.Minute+time.Duration(crashes)*10*time.Second, func() {
		r.fail("the run takes too long; goroutines of the server:\n%s", r.server.stacks())
		r.faults.Store(10)
		r.draining.Store(true)
	})
	defer limit.Stop()
	r.server.start()
	if r.awaitReady(); r.failed() {
		return
	}
	watching, stopWatching := context.WithCancel(r.ctx)
	defer stopWatching()
	r.work.Go(func() { r.watchList(watching) })
	r.work.Go(func() { r.watchEvents(watching) })
	var clients sync.WaitGroup
	for i := range r.clients {
		clients.Add(1)
		r.work.Go(func() {
			defer clients.Done()
			r.client(i)
		})
	}
	r.crashRepeatedly(crashes, crash)
	r.draining.Store(true)
	clients.Wait()
	stopWatching()
	r.work.Wait()
	if !r.failed() {
		r.takeStock()
	}
	r.t.Logf("%d crashes, %d files finished, %d resumptions, %v", crashes, len(r.finished), r.resumes.Load(), time.Since(began).Round(time.Millisecond))
}

func (r *crashRig) crashRepeatedly(crashes int, crash func()) {
	random := rand.New(rand.NewPCG(r.seed, 1))
	for range crashes {
		r.pass(time.Duration(30+random.IntN(1900)) * time.Millisecond)
		if r.draining.Load() || r.failed() {
			return
		}
		r.server.checkAlive()
		crash()
		r.server.start()
		if random.IntN(5) == 0 { // now and then, one in the middle of the recovery
			r.pass(time.Duration(random.IntN(80)) * time.Millisecond)
			crash()
			r.server.start()
		}
		r.awaitReady()
		r.checkFiles(3, random)
	}
}

// pass lets a stretch of time go by that is part of the scenario.
func (r *crashRig) pass(d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.ctx.Done():
	}
}

// awaitReady waits until the server says it is ready.
func (r *crashRig) awaitReady() {
	deadline := time.Now().Add(45 * time.Second)
	for !r.failed() {
		a, err := r.request(r.ctx, http.MethodGet, "/readyz", nil)
		if err == nil && a.status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			r.faults.Store(10)
			r.fail("the server did not become ready: status %d, %v\n%s", a.status, err, r.server.logTail())
			return
		}
		r.pass(20 * time.Millisecond)
	}
}

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

// newFile invents a file and a way to bring it in.
func (r *crashRig) newFile(random *rand.Rand, name string) crashFile {
	whole := &crashUpload{rate: 512<<10 + random.Int64N(4<<20)}
	size := random.Int64N(1 << (10 + random.IntN(14))) // many small ones, few near 8 MiB
	switch random.IntN(7) {
	case 0: // small, with its creation
		size = random.Int64N(64 << 10)
		if random.IntN(4) == 0 {
			size = 0
		}
		whole.withPOST = size
	case 1: // one PATCH
		size = random.Int64N(24 << 20)
	case 2, 3: // many PATCHes
		whole.chunk = 1 + random.Int64N(512<<10)
	case 4: // some with the creation, and then a long PATCH from the middle of a block on
		size = random.Int64N(16 << 20)
		whole.withPOST = random.Int64N(min(size, 512<<10) + 1)
	case 5:
		whole.deferred, whole.chunk = true, 1+random.Int64N(1<<20)
	case 6:
		whole.joined = true
		whole.content = r.newContent(random, name, size)
		return crashFile{whole: whole, parts: whole.split(2+random.IntN(3), random)}
	}
	whole.content = r.newContent(random, name, size)
	return crashFile{whole: whole}
}

// split plans parts that make the whole when joined.
func (u *crashUpload) split(n int, random *rand.Rand) []*crashUpload {
	parts := make([]*crashUpload, n)
	for i := range parts {
		content := *u.content // of which the part is a section
		from, to := u.content.size*int64(i)/int64(n), u.content.size*int64(i+1)/int64(n)
		content.from, content.size = from, to-from
		parts[i] = &crashUpload{content: &content, partial: true, rate: u.rate}
		if random.IntN(2) == 0 {
			parts[i].chunk = 64<<10 + random.Int64N(1<<20)
		}
	}
	return parts
}

func (r *crashRig) newContent(random *rand.Rand, name string, size int64) *crashContent {
	c := &crashContent{name: name, table: r.table, salt: random.Uint64(), size: size}
	h := sha256.New()
	_, _ = io.Copy(h, c.reader(0, size))
	c.sha256 = hex.EncodeToString(h.Sum(nil))
	return c
}

// crashContent is what a file holds, made up as it is read: each block names its
// file and its place, so that bytes in a wrong place are wrong bytes.
type crashContent struct {
	name   string
	table  []byte
	salt   uint64
	from   int64 // where a part begins
	size   int64
	sha256 string // of the whole
}

const (
	crashBlock      = 4096
	crashTableBytes = 1 << 20
)

func crashTable(seed uint64) []byte {
	table := make([]byte, crashTableBytes+crashBlock)
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	_, _ = rand.NewChaCha8(key).Read(table) // never fails
	return table
}

func (c *crashContent) ReadAt(p []byte, off int64) (int, error) {
	for n := 0; n < len(p); {
		at := off + int64(n)
		block, within := uint64(at/crashBlock), at%crashBlock
		var head [16]byte
		if within < int64(len(head)) {
			binary.LittleEndian.PutUint64(head[:], c.salt)
			binary.LittleEndian.PutUint64(head[8:], block)
			n += copy(p[n:], head[within:])
			continue
		}
		start := (c.salt + block*40503) % crashTableBytes
		n += copy(p[n:], c.table[int64(start)+within:int64(start)+crashBlock])
	}
	return len(p), nil
}

// reader gives n bytes from an offset on.
func (c *crashContent) reader(offset, n int64) io.Reader {
	return io.NewSectionReader(c, c.from+offset, n)
}

// body is a request's body of n bytes from an offset on, at the upload's own pace
// while crashes are to come: they shall meet uploads under way.
func (r *crashRig) body(u *crashUpload, offset, n int64) *crashBody {
	return &crashBody{rig: r, src: u.content.reader(offset, n), rate: u.rate, size: n}
}

type crashBody struct {
	rig  *crashRig
	src  io.Reader
	rate int64
	size int64
}

func (b *crashBody) Read(p []byte) (int, error) {
	n, err := b.src.Read(p[:min(len(p), 32<<10)])
	if !b.rig.draining.Load() {
		b.rig.pass(time.Duration(int64(n) * int64(time.Second) / b.rate))
	}
	return n, err
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

// crashJSON is a file, an upload or an event as REST shows it.
type crashJSON struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Size      int64  `json:"size"`
	Offset    int64  `json:"offset"`
	MediaType string `json:"media_type"`
	SHA256    string `json:"sha256"`
	Downloads int64  `json:"downloads"`
}

// verify waits for the file of a complete upload, which a server that was killed
// may have to make first, and reads it.
func (r *crashRig) verify(u *crashUpload) {
	deadline := time.Now().Add(time.Minute)
	for !r.failed() {
		var f crashJSON
		err := r.get(r.ctx, "/api/v1/files/"+u.id, &f)
		if err == nil {
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
		r.pass(20 * time.Millisecond)
	}
}

func (r *crashRig) compare(u *crashUpload, f crashJSON) {
	want := crashJSON{ID: u.id, Name: u.content.name, Size: u.content.size, SHA256: u.content.sha256}
	f.MediaType, f.Downloads = "", 0
	if diff := cmp.Diff(want, f); diff != "" {
		r.blame(u, "the file is not as it was uploaded (-want +got):\n%s%s", diff, r.differences(u))
	}
}

// download reads a file and compares its digest; a crash meanwhile begins it anew.
func (r *crashRig) download(u *crashUpload) {
	for !r.failed() && !u.blamed.Load() {
		sum, status, err := r.digest(u.path())
		if err == nil && status == http.StatusOK && sum == u.content.sha256 {
			return
		}
		if err == nil && status != http.StatusServiceUnavailable {
			r.blame(u, "download: status %d, SHA-256 %s, want %s: %s", status, sum, u.content.sha256, r.differences(u))
			return
		}
		r.pass(10 * time.Millisecond)
		r.awaitReady()
	}
}

func (r *crashRig) digest(path string) (sum string, status int, err error) {
	before := r.outage.Load()
	res, err := r.http.Get(r.server.url + path)
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	h := sha256.New()
	n, err := io.Copy(h, res.Body)
	if err == nil && res.ContentLength != n {
		err = io.ErrUnexpectedEOF
	}
	if err == nil && res.StatusCode >= 400 && r.outageSince(before) {
		err = errOutage
	}
	return hex.EncodeToString(h.Sum(nil)), res.StatusCode, err
}

// differences says where a file's bytes are not its client's.
func (r *crashRig) differences(u *crashUpload) string {
	res, err := r.http.Get(r.server.url + u.path())
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	want := make([]byte, u.content.size)
	_, _ = u.content.ReadAt(want, 0) // never fails
	first, last, zeros := -1, -1, 0
	for i := range min(len(got), len(want)) {
		if got[i] == want[i] {
			continue
		}
		if first < 0 {
			first = i
		}
		if last = i; got[i] == 0 {
			zeros++
		}
	}
	return fmt.Sprintf("%d bytes of %d (%v), wrong ones from %d to %d, %d of them zero", len(got), len(want), err, first, last, zeros)
}

// checkFiles looks after a crash whether every file known to be finished is still
// listed, once and unchanged, and reads some of them.
func (r *crashRig) checkFiles(samples int, random *rand.Rand) {
	if r.failed() {
		return
	}
	r.mu.Lock()
	finished := append([]*crashUpload(nil), r.finished...)
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
		if offset, sure := r.look(u); sure && offset != u.content.size {
			r.blame(u, "finished, and HEAD says %d of %d bytes", offset, u.content.size)
		}
		r.download(u)
	}
}

// listFiles reads the whole list; nothing may be in it twice.
func (r *crashRig) listFiles() map[string]crashJSON {
	files := make(map[string]crashJSON)
	for page := "/api/v1/files?limit=200"; page != "" && !r.failed(); {
		var list struct {
			Items      []crashJSON `json:"items"`
			NextCursor *string     `json:"next_cursor"`
		}
		if err := r.get(r.ctx, page, &list); err != nil {
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

// takeStock compares, in the end, everything there is with everything there should be.
func (r *crashRig) takeStock() {
	files := r.listFiles()
	r.checkFiles(0, nil)
	for _, u := range r.finished {
		r.download(u)
	}
	r.checkStrays(files)
	r.endStrayUploads()
	r.checkStats(r.listFiles())
	if r.faults.Load() > 0 {
		return // what follows would only say so again
	}
	if err := r.server.stop(); err != nil {
		r.fail("the server did not stop as asked: %v\n%s", err, r.server.logTail())
	}
	r.server.check()
}

// checkStrays accounts for files that no client knows: the answer to their
// creation was lost, and they must be whole all the same. A join has none: asked
// for again, it is answered with what it made before.
func (r *crashRig) checkStrays(files map[string]crashJSON) {
	joined := make(map[string]bool)
	for _, u := range r.finished {
		delete(files, u.id)
		joined[u.content.name] = u.joined
	}
	for id, f := range files {
		content := r.unheard[f.Name]
		switch {
		case content == nil:
			r.fail("nobody uploaded the file %s (%s)", f.Name, id)
		case joined[f.Name]:
			r.fail("%s was joined twice", f.Name)
		default:
			r.compare(&crashUpload{id: id, content: content}, f)
		}
	}
}

// endStrayUploads aborts what was begun without the client hearing of it. Nothing
// else may be under way.
func (r *crashRig) endStrayUploads() {
	for left := r.underWay(); len(left) > 0 && !r.failed(); left = r.underWay() {
		for _, item := range left {
			if r.uploads[item.ID] != nil || r.unheard[item.Name] == nil {
				r.fail("%s (%s) is still under way at %d", item.Name, item.ID, item.Offset)
			}
			a, err := r.request(r.ctx, http.MethodDelete, "/api/v1/uploads/"+item.ID, nil)
			if err != nil || a.status != http.StatusNoContent {
				r.fail("DELETE of upload %s: status %d, %v", item.ID, a.status, err)
			}
		}
	}
}

func (r *crashRig) underWay() []crashJSON {
	var list struct {
		Items []crashJSON `json:"items"`
	}
	if err := r.get(r.ctx, "/api/v1/uploads?limit=200", &list); err != nil {
		r.fail("the list of uploads: %v", err)
	}
	return list.Items
}

// crashStats is what the statistics say, and what a count says.
type crashStats struct {
	Files           int64            `json:"files"`
	Bytes           int64            `json:"bytes"`
	UploadsFinished int64            `json:"uploads_finished"`
	UploadsFailed   int64            `json:"uploads_failed"`
	UploadsActive   int64            `json:"uploads_active"`
	Types           map[string]int64 `json:"-"` // bytes by media type
	ByDay           [2]int64         `json:"-"` // files and bytes of the last day
}

// checkStats compares the kept counters with a count of the list. Downloads are
// left out: they are counted in memory first, and a crash may lose some.
func (r *crashRig) checkStats(files map[string]crashJSON) {
	var stats struct {
		Totals crashStats `json:"totals"`
		Types  []struct {
			MediaType string `json:"media_type"`
			Bytes     int64  `json:"bytes"`
		} `json:"types"`
		Days []struct {
			Files int64 `json:"files_total"`
			Bytes int64 `json:"bytes_total"`
		} `json:"days"`
	}
	if err := r.get(r.ctx, "/api/v1/stats", &stats); err != nil {
		r.fail("the statistics: %v", err)
		return
	}
	got := stats.Totals
	got.Types = make(map[string]int64)
	for _, t := range stats.Types {
		got.Types[t.MediaType] += t.Bytes
	}
	if n := len(stats.Days); n > 0 {
		got.ByDay = [2]int64{stats.Days[n-1].Files, stats.Days[n-1].Bytes}
	}
	if diff := cmp.Diff(countStats(files), got); diff != "" {
		r.fail("statistics differ from a full count (-count +statistics):\n%s", diff)
	}
}

func countStats(files map[string]crashJSON) crashStats {
	count := crashStats{Types: make(map[string]int64)}
	for _, f := range files {
		count.Files++
		count.Bytes += f.Size
		count.Types[f.MediaType] += f.Size
	}
	count.UploadsFinished = count.Files // nothing was deleted
	count.ByDay = [2]int64{count.Files, count.Bytes}
	return count
}

// crashAnswer is an answer whose body has been read.
type crashAnswer struct {
	status int
	http.Header
	body []byte
}

// passing reports a failure that a client has to try again after: somebody else
// is at the upload, or the server is not up yet.
func (a crashAnswer) passing() bool {
	return a.status == http.StatusLocked || a.status == http.StatusServiceUnavailable
}

const crashRequestLimit = 2 * time.Minute

var errOutage = errors.New("refused in a crash")

// outageSince reports whether a crash was going on at the time of an earlier
// reading of outage, or has begun since.
func (r *crashRig) outageSince(before int32) bool { return before%2 == 1 || r.outage.Load() != before }

// request sends a request; an error means that no whole answer came.
func (r *crashRig) request(ctx context.Context, method, path string, body *crashBody, header ...string) (crashAnswer, error) {
	before := r.outage.Load()
	ctx, cancel := context.WithTimeout(ctx, crashRequestLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, r.server.url+path, nil)
	if err != nil {
		return crashAnswer{}, err
	}
	if body != nil && body.size > 0 {
		req.Body, req.ContentLength = io.NopCloser(body), body.size
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := r.http.Do(req)
	if err != nil {
		if ctx.Err() != nil && r.ctx.Err() == nil {
			r.fail("%s %s was not answered: %v\n%s", method, path, err, r.server.stacks())
		}
		return crashAnswer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && res.StatusCode >= 400 && r.outageSince(before) {
		err = errOutage
	}
	return crashAnswer{res.StatusCode, res.Header, text}, err
}

// get reads a REST answer into a value.
func (r *crashRig) get(ctx context.Context, path string, into any) error {
	a, err := r.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("GET %s: status %d: %s", path, a.status, a.body)
	}
	return json.Unmarshal(a.body, into)
}

// crashServer is the server's process, of which there is one at a time.
type crashServer struct {
	t      *testing.T
	binary string
	data   string
	listen string
	url    string
	log    string

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{} // closed when cmd has
}

func newCrashServer(t *testing.T, data string) *crashServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &crashServer{
		t: t, binary: crashBinary(t), data: data,
		listen: l.Addr().String(), url: "http://" + l.Addr().String(),
		log: filepath.Join(t.TempDir(), "server.log"),
	}
	t.Cleanup(s.kill)
	return s
}

// crashBinary builds the server, or is the one it is told to test.
func crashBinary(t *testing.T) string {
	if binary := os.Getenv(crashBinEnv); binary != "" {
		return binary
	}
	binary := filepath.Join(t.TempDir(), "pawl")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

func (s *crashServer) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.binary, args...)
	cmd.Env = append(os.Environ(), "PAWL_LISTEN="+s.listen, "PAWL_DATA_DIR="+s.data)
	return cmd
}

func (s *crashServer) start() {
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer log.Close()
	cmd := s.command("serve")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		s.t.Error(err)
		return
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cmd, s.ended = cmd, ended
}

func (s *crashServer) current() (*exec.Cmd, chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd, s.ended
}

// kill is kill -9: the process learns nothing of it.
func (s *crashServer) kill() {
	cmd, ended := s.current()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Kill()
	<-ended
}

// checkAlive makes sure that it is this test that ends the server.
func (s *crashServer) checkAlive() {
	_, ended := s.current()
	select {
	case <-ended:
		s.t.Errorf("the server ended by itself\n%s", s.logTail())
	default:
	}
}

// stop asks the server to end and waits for it.
func (s *crashServer) stop() error {
	cmd, ended := s.current()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-ended:
	case <-time.After(time.Minute):
		return errors.New("it is still running after a minute")
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("exit code %d", code)
	}
	return nil
}

// check has the stopped server's data checked by its own fsck.
func (s *crashServer) check() {
	out, err := s.command("check", "--read").CombinedOutput()
	if err != nil {
		s.t.Errorf("pawl check: %v\n%s", err, out)
	}
	s.t.Logf("pawl check: %s", bytes.TrimSpace(out))
}

func (s *crashServer) logTail() string {
	text, _ := os.ReadFile(s.log)
	return string(text[max(0, len(text)-4000):])
}

// stacks has a server that hangs say where (SIGQUIT), which ends it.
func (s *crashServer) stacks() string {
	cmd, ended := s.current()
	_ = cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
	}
	text, _ := os.ReadFile(s.log)
	return string(text[max(0, len(text)-60_000):])
}

// crashDisk is an ext4 file system of its own, in a file.
type crashDisk struct {
	t     *testing.T
	image string
	dir   string // where it is mounted
}

// newCrashDisk makes one, where this machine and this user can; elsewhere the
// test is skipped, aloud.
func newCrashDisk(t *testing.T) *crashDisk {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("NOT TESTED: a power cut needs Linux and root, for a loop device")
	}
	d := &crashDisk{t: t, image: filepath.Join(t.TempDir(), "disk.img"), dir: filepath.Join(t.TempDir(), "disk")}
	if err := os.Mkdir(d.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := d.make(); err != nil {
		t.Skipf("NOT TESTED: a power cut needs an ext4 file system on a loop device: %v", err)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "--lazy", d.dir).Run() })
	return d
}

func (d *crashDisk) make() error {
	image, err := os.Create(d.image)
	if err != nil {
		return err
	}
	defer image.Close()
	if err := image.Truncate(8 << 30); err != nil { // sparse
		return err
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", d.image).CombinedOutput(); err != nil {
		return fmt.Errorf("mkfs.ext4: %w: %s", err, out)
	}
	return d.mount()
}

// mount mounts the disk with the journal committed every second, so that cuts
// often meet metadata that was written without its data.
func (d *crashDisk) mount() error {
	out, err := exec.Command("mount", "-t", "ext4", "-o", "loop,commit=1", d.image, d.dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mount: %w: %s", err, out)
	}
	return nil
}

// cutPower ends all writing to the disk at once (EXT4_IOC_SHUTDOWN with
// EXT4_GOING_FLAGS_NOLOGFLUSH); the server meets nothing but errors from then on.
func (d *crashDisk) cutPower() {
	const shutdown, noLogFlush = 0x8004587d, uint32(2)
	dir, err := os.Open(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	defer dir.Close()
	flags := noLogFlush
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, dir.Fd(), shutdown, uintptr(unsafe.Pointer(&flags)))
	if errno != 0 {
		d.t.Fatalf("the file system cannot be shut down: %v", errno)
	}
}

func (d *crashDisk) remount() {
	if out, err := exec.Command("umount", d.dir).CombinedOutput(); err != nil {
		d.t.Fatalf("umount: %v: %s", err, out)
	}
	if err := d.mount(); err != nil {
		d.t.Fatal(err)
	}
}
