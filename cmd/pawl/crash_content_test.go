package main_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/google/go-cmp/cmp"
)

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
