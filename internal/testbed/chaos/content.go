package chaos

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// content is what a file holds, made up as it is read: each block names its file and
// its place, so that bytes in a wrong place are wrong bytes.
type content struct {
	name   string
	table  []byte
	salt   uint64
	from   int64 // where a part begins
	size   int64
	sha256 string // of the whole
}

const (
	blockBytes = 4096
	tableBytes = 1 << 20
)

func newTable(seed uint64) []byte {
	table := make([]byte, tableBytes+blockBytes)
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	_, _ = rand.NewChaCha8(key).Read(table) // never fails
	return table
}

func (r *Rig) newContent(random *rand.Rand, name string, size int64) *content {
	c := &content{name: name, table: r.table, salt: random.Uint64(), size: size}
	h := sha256.New()
	_, _ = io.Copy(h, c.reader(0, size))
	c.sha256 = hex.EncodeToString(h.Sum(nil))
	return c
}

func (c *content) ReadAt(p []byte, off int64) (int, error) {
	for n := 0; n < len(p); {
		at := off + int64(n)
		block, within := uint64(at/blockBytes), at%blockBytes
		var head [16]byte
		if within < int64(len(head)) {
			binary.LittleEndian.PutUint64(head[:], c.salt)
			binary.LittleEndian.PutUint64(head[8:], block)
			n += copy(p[n:], head[within:])
			continue
		}
		start := (c.salt + block*40503) % tableBytes
		n += copy(p[n:], c.table[int64(start)+within:int64(start)+blockBytes])
	}
	return len(p), nil
}

// reader returns a reader of n bytes from an offset on.
func (c *content) reader(offset, n int64) io.Reader {
	return io.NewSectionReader(c, c.from+offset, n)
}

// differences says where bytes are not the content's.
func (c *content) differences(got []byte) string {
	want := make([]byte, c.size)
	_, _ = c.ReadAt(want, c.from) // never fails
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
	return fmt.Sprintf("%d bytes of %d, wrong ones from %d to %d, %d of them zero", len(got), len(want), first, last, zeros)
}

// body returns a request's body of n bytes from an offset on. It is read at the
// upload's rate while there is trouble, which has to meet uploads under way.
func (r *Rig) body(u *upload, offset, n int64) *body {
	return &body{rig: r, src: u.content.reader(offset, n), rate: u.rate, size: n, moved: func() {}}
}

type body struct {
	rig   *Rig
	src   io.Reader
	rate  int64
	size  int64
	moved func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.src.Read(p[:min(len(p), 32<<10)])
	if !b.rig.draining.Load() {
		b.rig.Pass(time.Duration(int64(n) * int64(time.Second) / b.rate))
	}
	b.moved()
	return n, err
}
