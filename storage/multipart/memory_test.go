package multipart_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pawl"
	"pawl/storage/multipart"
	"pawl/storage/storagetest"
)

// memoryRemote is a remote in memory, unlike S3 in its limits and its names: the engine
// takes nothing of S3 for granted. No two parts have one etag, as in a bucket of S3 that
// is encrypted with KMS.
type memoryRemote struct {
	mu      sync.Mutex
	objects map[string]*memoryObject
	uploads map[string]*memoryUpload // by id
	named   int                      // uploads and etags so far
}

type memoryObject struct {
	content     []byte
	nonce, etag string
	at          time.Time
}

type memoryUpload struct {
	upload multipart.Upload
	parts  map[int]memoryPart
	at     time.Time
}

type memoryPart struct {
	content []byte
	etag    string
	crc     string
}

const (
	memoryMinPart  = 64 << 10
	memoryMaxParts = 500
)

func newMemoryRemote() *memoryRemote {
	return &memoryRemote{objects: make(map[string]*memoryObject), uploads: make(map[string]*memoryUpload)}
}

func (m *memoryRemote) Limits() multipart.Limits {
	return multipart.Limits{MinPart: memoryMinPart, MaxCopy: 4 << 20, MaxParts: memoryMaxParts}
}

func (m *memoryRemote) name(what string) string {
	m.named++
	return fmt.Sprint(what, "-", m.named)
}

// read reads content twice, as a remote does that tries again.
func read(content multipart.Content) ([]byte, error) {
	if _, err := io.CopyN(io.Discard, content, content.Size()/2); err != nil {
		return nil, err
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	p, err := io.ReadAll(content)
	if err == nil && int64(len(p)) != content.Size() {
		err = fmt.Errorf("content of %d bytes has %d", content.Size(), len(p))
	}
	return p, err
}

func (m *memoryRemote) PutObject(_ context.Context, key string, content multipart.Content, o multipart.PutOptions) error {
	p, err := read(content)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if o.IfAbsent && m.objects[key] != nil {
		return pawl.Errorf(pawl.Conflict, "there is such an object already")
	}
	m.objects[key] = &memoryObject{p, o.Nonce, m.name("etag"), time.Now()}
	return nil
}

func (m *memoryRemote) object(key string) (*memoryObject, error) {
	if o := m.objects[key]; o != nil {
		return o, nil
	}
	return nil, pawl.Errorf(pawl.NotFound, "no such blob")
}

func (m *memoryRemote) GetObject(_ context.Context, key string, r multipart.Range, etag string) (io.ReadCloser, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, err := m.object(key)
	if err != nil {
		return nil, "", err
	}
	if etag != "" && etag != o.etag {
		return nil, "", pawl.Errorf(pawl.Conflict, "the object has changed")
	}
	if r == (multipart.Range{}) {
		r.End = int64(len(o.content))
	}
	return io.NopCloser(bytes.NewReader(o.content[r.Start:r.End])), o.etag, nil
}

func (m *memoryRemote) HeadObject(_ context.Context, key string) (multipart.Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, err := m.object(key)
	if err != nil {
		return multipart.Object{}, err
	}
	return multipart.Object{Key: key, Size: int64(len(o.content)), Nonce: o.nonce, Age: time.Since(o.at)}, nil
}

func (m *memoryRemote) DeleteObjects(_ context.Context, keys ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		delete(m.objects, key)
	}
	return nil
}

func (m *memoryRemote) ListObjects(_ context.Context, prefix string, recursive bool) iter.Seq2[multipart.Object, error] {
	m.mu.Lock()
	objects := maps.Clone(m.objects)
	m.mu.Unlock()
	return func(yield func(multipart.Object, error) bool) {
		for key, o := range objects {
			rest, ok := strings.CutPrefix(key, prefix)
			if !ok || !recursive && strings.Contains(rest, "/") {
				continue
			}
			if !yield(multipart.Object{Key: key, Size: int64(len(o.content)), Age: time.Since(o.at)}, nil) {
				return
			}
		}
	}
}

func (m *memoryRemote) CreateUpload(_ context.Context, key string, checksums bool) (multipart.Upload, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := multipart.Upload{Key: key, ID: m.name("upload"), Checksums: checksums}
	m.uploads[u.ID] = &memoryUpload{u, make(map[int]memoryPart), time.Now()}
	return u, nil
}

func (m *memoryRemote) upload(u multipart.Upload) (*memoryUpload, error) {
	have := m.uploads[u.ID]
	if have == nil || have.upload.Key != u.Key {
		return nil, multipart.ErrUploadGone
	}
	if have.upload.Checksums != u.Checksums {
		return nil, errors.New("the upload was begun with other checksums")
	}
	return have, nil
}

func (m *memoryRemote) PutPart(_ context.Context, u multipart.Upload, number int, content multipart.Content) (pawl.Part, error) {
	p, err := read(content)
	if err != nil {
		return pawl.Part{}, err
	}
	part := pawl.Part{Number: number, Size: int64(len(p))}
	if u.Checksums {
		sum, err := content.CRC32C()
		if err != nil {
			return part, err
		}
		part.Checksum = fmt.Sprint(sum)
	}
	return m.add(u, part, p)
}

func (m *memoryRemote) add(u multipart.Upload, part pawl.Part, p []byte) (pawl.Part, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	to, err := m.upload(u)
	if err != nil {
		return part, err
	}
	if part.Number < 1 || part.Number > memoryMaxParts {
		return part, fmt.Errorf("part %d", part.Number)
	}
	part.ETag = m.name("etag")
	to.parts[part.Number] = memoryPart{p, part.ETag, part.Checksum}
	return part, nil
}

func (m *memoryRemote) CopyPart(ctx context.Context, u multipart.Upload, number int, source string, r multipart.Range) (pawl.Part, error) {
	body, _, err := m.GetObject(ctx, source, r, "")
	if err != nil {
		return pawl.Part{}, err
	}
	p, err := io.ReadAll(body)
	if err == nil && int64(len(p)) > m.Limits().MaxCopy {
		err = fmt.Errorf("a copy of %d bytes", len(p))
	}
	if err != nil {
		return pawl.Part{}, err
	}
	return m.add(u, pawl.Part{Number: number, Size: int64(len(p))}, p)
}

func (m *memoryRemote) CompleteUpload(_ context.Context, u multipart.Upload, parts []pawl.Part) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	from, err := m.upload(u)
	if err != nil {
		return err
	}
	if !slices.IsSortedFunc(parts, func(a, b pawl.Part) int { return cmp.Compare(a.Number, b.Number) }) {
		return errors.New("the parts are not in order")
	}
	var whole []byte
	for i, part := range parts {
		have := from.parts[part.Number]
		switch {
		case have.etag != part.ETag:
			return pawl.Errorf(pawl.Conflict, "a part was replaced meanwhile")
		case have.crc != part.Checksum || int64(len(have.content)) != part.Size:
			return fmt.Errorf("part %d is %s of %d bytes", part.Number, have.etag, len(have.content))
		case len(have.content) < memoryMinPart && i < len(parts)-1:
			return fmt.Errorf("part %d of %d has %d bytes only", i+1, len(parts), len(have.content))
		}
		whole = append(whole, have.content...)
	}
	m.objects[u.Key] = &memoryObject{whole, "", m.name("etag"), time.Now()}
	delete(m.uploads, u.ID)
	return nil
}

func (m *memoryRemote) AbortUpload(_ context.Context, u multipart.Upload) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.uploads, u.ID)
	return nil
}

func (m *memoryRemote) CheckUpload(_ context.Context, u multipart.Upload) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, err := m.upload(u)
	return err
}

func (m *memoryRemote) ListUploads(_ context.Context, prefix string) iter.Seq2[multipart.Upload, error] {
	m.mu.Lock()
	uploads := maps.Clone(m.uploads)
	m.mu.Unlock()
	return func(yield func(multipart.Upload, error) bool) {
		for _, u := range uploads {
			u.upload.Age = time.Since(u.at)
			if strings.HasPrefix(u.upload.Key, prefix) && !yield(u.upload, nil) {
				return
			}
		}
	}
}

// TestContractInMemory runs the contract on a remote that is not S3, with parts so
// small that there are many.
func TestContractInMemory(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) (pawl.Blobs, storagetest.ManifestStore) {
		store := database(t)
		blobs := multipart.Open(multipart.Config{
			Remote: newMemoryRemote(), Manifests: store, Prefix: "files/",
			PartSize: 512 << 10, Memory: 8 << 20, FlushAfter: 200 * time.Millisecond,
		})
		t.Cleanup(func() { _ = blobs.Close() })
		return blobs, store
	})
}

// memoryInstances are n instances that have one remote and one database.
func memoryInstances(t *testing.T, n int) []*multipart.Blobs {
	t.Helper()
	remote, store := newMemoryRemote(), database(t)
	instances := make([]*multipart.Blobs, n)
	for i := range instances {
		instances[i] = multipart.Open(multipart.Config{
			Remote: remote, Manifests: store, Prefix: "files/", PartSize: 128 << 10, Memory: 4 << 20, FlushAfter: time.Hour,
		})
		t.Cleanup(func() { _ = instances[i].Close() })
	}
	return instances
}

// appendTo appends content to a new blob, with no length declared: its end is in a tail.
func appendTo(t *testing.T, blobs *multipart.Blobs, store multipart.ManifestStore, content []byte) pawl.ID {
	t.Helper()
	id := pawl.NewID(time.Now())
	a, err := blobs.Appender(t.Context(), id, pawl.Writing{
		Length: func() int64 { return pawl.UnknownLength },
		Mark:   func() pawl.Mark { return pawl.Mark{} },
		Commit: func(ctx context.Context, _ pawl.Mark, remember func(tx pawl.Tx) error) error {
			return store.Update(ctx, remember)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Append(t.Context(), bytes.NewReader(content), io.Discard); err != nil {
		t.Fatal(err)
	}
	_ = a.Close()
	return id
}

// atOnce has every instance do the same at the same time, and then, one after the other,
// again: whatever the first came to, the second succeeds, but for one attempt more.
func atOnce(t *testing.T, instances []*multipart.Blobs, do func(b *multipart.Blobs) error) {
	t.Helper()
	var all sync.WaitGroup
	for _, b := range instances {
		all.Go(func() {
			if err := do(b); err != nil && pawl.KindOf(err) != pawl.Conflict && pawl.KindOf(err) != pawl.Gone {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, b := range instances {
		err := do(b)
		if err != nil {
			err = do(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestManySealAtOnce has instances replace the last part of each other.
func TestManySealAtOnce(t *testing.T) {
	instances := memoryInstances(t, 4)
	for i := range 20 {
		content := noise(uint64(i), 300<<10+i)
		id := appendTo(t, instances[0], instances[0].Manifests(), content)
		atOnce(t, instances, func(b *multipart.Blobs) error { return b.Seal(t.Context(), id) })
		for _, b := range instances {
			wantBlob(t, b, id, content)
		}
	}
}

// TestManyJoinAtOnce has instances replace parts of a join that the others have written
// down.
func TestManyJoinAtOnce(t *testing.T) {
	instances := memoryInstances(t, 3)
	for i := range 10 {
		var parts []pawl.ID
		var whole []byte
		for j := range 4 {
			content := noise(uint64(i*10+j), 200<<10+i)
			id := appendTo(t, instances[0], instances[0].Manifests(), content)
			if err := instances[0].Seal(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			parts, whole = append(parts, id), append(whole, content...)
		}
		id := pawl.NewID(time.Now())
		atOnce(t, instances, func(b *multipart.Blobs) error { return b.Join(t.Context(), id, parts) })
		for _, b := range instances {
			wantBlob(t, b, id, whole)
		}
	}
}
