package multipart_test

import (
	"bytes"
	"hash/crc32"
	"strings"
	"testing"
	"time"

	"pawl"
	"pawl/storage/multipart"
)

// earlier is an id as earlier versions made them: its format is 0.
func earlier() pawl.ID {
	id := pawl.NewID(time.Now())
	return id[:len(id)-1] + "g"
}

// TestKeysSpread makes ids in one moment, whose keys begin differently all the same.
func TestKeysSpread(t *testing.T) {
	blobs := multipart.Open(multipart.Config{Remote: limited{}, Prefix: "blobs/"})
	now := time.Now()
	beginnings := make(map[string]int)
	const n = 4096
	for range n {
		id := pawl.NewID(now)
		key := blobs.Key(id)
		name, ok := strings.CutPrefix(key, "blobs/")
		if !ok || !strings.HasSuffix(name, "-"+string(id)) {
			t.Fatalf("the key of %s is %s", id, key)
		}
		beginnings[name[:2]]++
	}
	if len(beginnings) < 900 {
		t.Errorf("%d keys have only %d beginnings", n, len(beginnings))
	}
	for beginning, times := range beginnings {
		if times > n/64 {
			t.Errorf("%d of %d begin with %s", times, n, beginning)
		}
	}
	old := earlier()
	if key := blobs.Key(old); key != "blobs/"+string(old) {
		t.Errorf("the key of a blob of an earlier version is %s", key)
	}
}

// limited is a remote that is never called.
type limited struct{ multipart.Remote }

func (limited) Limits() multipart.Limits { return multipart.Limits{} }

// TestEarlierBlobs has blobs with the keys that earlier versions gave them: put, sealed,
// and under way with a part and a tail.
func TestEarlierBlobs(t *testing.T) {
	r := newRig(t)
	put := earlier()
	if err := r.bucket.PutObject(t.Context(), "blobs/"+string(put), content("small"), multipart.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	sealed := r.begin(noise(80, 7<<20), 7<<20)
	sealed.id = earlier()
	sealed.finish()
	open := r.begin(noise(81, 9<<20), pawl.UnknownLength)
	open.id = earlier()
	open.mustSend(6 << 20)
	open.close()
	gone := r.begin(noise(82, 6<<20), pawl.UnknownLength)
	gone.id = earlier()
	gone.mustSend(6 << 20)
	gone.close()
	fresh := r.begin(noise(83, 7<<20), 7<<20)
	fresh.finish()

	keys := make(map[string]bool)
	for o, err := range r.bucket.ListObjects(t.Context(), "", true) {
		if err != nil {
			t.Fatal(err)
		}
		keys[o.Key] = true
	}
	m := r.manifest(t, open.id)
	for _, key := range []string{"blobs/" + string(put), "blobs/" + string(sealed.id), m.Tails[0].Key} {
		if !keys[key] {
			t.Errorf("there is no object %s", key)
		}
	}
	if want := "blobs/tails/" + string(open.id) + "/"; !strings.HasPrefix(m.Tails[0].Key, want) {
		t.Errorf("a tail has the key %s", m.Tails[0].Key)
	}
	r.wantListed(t, map[pawl.ID]int64{put: 5, sealed.id: 7 << 20, open.id: 6 << 20, gone.id: 6 << 20, fresh.id: 7 << 20})
	wantBlob(t, r.blobs, put, []byte("small"))
	id := pawl.NewID(time.Now())
	if err := r.blobs.Join(t.Context(), id, []pawl.ID{sealed.id, put, fresh.id}); err != nil {
		t.Fatal(err)
	}
	wantBlob(t, r.blobs, id, bytes.Join([][]byte{sealed.content, []byte("small"), fresh.content}, nil))
	later := r.instance(func(c *settings) { c.engine.AbandonedAfter = -time.Minute })
	if err := later.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	open.finish()
	for _, id := range []pawl.ID{put, sealed.id, open.id, gone.id, fresh.id, id} {
		if err := r.blobs.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "everything is freed", func() bool { return r.inventory(t) == inventory{} })
	r.wantListed(t, nil)
}

// TestForeignObjects have names that only look like those of blobs.
func TestForeignObjects(t *testing.T) {
	r := newRig(t)
	id := pawl.NewID(time.Now())
	for _, name := range []string{string(id), "zz-" + string(id), "-" + string(id), "ab-" + string(earlier()), "note.txt"} {
		if err := r.bucket.PutObject(t.Context(), "blobs/"+name, content("foreign"), multipart.PutOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	r.wantListed(t, nil)
}

// text is content for a remote.
type text struct{ *strings.Reader }

func content(s string) multipart.Content { return text{strings.NewReader(s)} }

func (c text) CRC32C() (uint32, error) {
	p := make([]byte, c.Len())
	_, _ = c.ReadAt(p, 0)
	return crc32.Checksum(p, crc32.MakeTable(crc32.Castagnoli)), nil
}
