package uploads

import (
	"bytes"
	"context"
	"hash"
	"io"

	"pawl"
)

// Checksum is what a body is said to add up to (tus 1.0, "Checksum").
type Checksum struct {
	Hash hash.Hash
	// Want is the sum the client gives. It is asked when the body has ended, as it
	// may follow the body.
	Want func() ([]byte, error)
}

// check compares the sum of what went through Hash.
func (c *Checksum) check() error {
	want, err := c.Want()
	if err != nil {
		return err
	}
	if !bytes.Equal(c.Hash.Sum(nil), want) {
		return pawl.Errorf(pawl.Mismatch, "the bytes that arrived are not those of the checksum; send them again")
	}
	return nil
}

// AppendChecked is [Service.Append] for a body that is added whole or not at all:
// not when it is cut short, and not, with kind [pawl.Mismatch], when it adds up to
// something else. No offset is told before that is known, so the body waits
// elsewhere until then. The length, unless it is UnknownLength, is declared with it.
func (u *Service) AppendChecked(ctx context.Context, p pawl.Principal, id pawl.ID, offset, length int64, body io.Reader, sum *Checksum) (_ int64, err error) {
	defer func() { u.noteRoom(id, err) }()
	l, err := u.openAt(ctx, p, id, offset)
	if err != nil {
		return offset, err
	}
	h := holding{uploads: u}
	defer h.release(ctx)
	err = h.take(ctx, io.TeeReader(u.limit(l, body), sum.Hash))
	if isVerdict(err) {
		return offset, u.refuse(ctx, l.snapshot(), err)
	}
	if err == nil {
		err = sum.check()
	}
	if err != nil {
		return offset, err
	}
	held, err := h.open(ctx)
	if err == nil && length != pawl.UnknownLength {
		err = u.DeclareLength(ctx, p, id, length)
	}
	if err != nil {
		return offset, err
	}
	n, err := u.appendTo(ctx, l, u.screen(ctx, l, u.allow(l, held)))
	return offset + n, err
}

// How much of a body that waits for its checksum is held in memory, of one and of
// all of them. What is more goes to the storage, as a blob no row knows.
const (
	holdPiece = 256 << 10
	holdMost  = 8 << 20
	holdAll   = 64 << 20
)

// holding is a body that waits for its checksum.
type holding struct {
	uploads *Service
	memory  []byte
	blob    pawl.ID // of what memory had no room for; empty if it had
	spilt   int64   // bytes in it
	forget  func()
}

// take reads src to its end.
func (h *holding) take(ctx context.Context, src io.Reader) error {
	for h.grow() {
		n, err := io.ReadFull(src, h.memory[len(h.memory):cap(h.memory)])
		h.memory = h.memory[:len(h.memory)+n]
		if err == io.EOF || err == io.ErrUnexpectedEOF { // ReadFull's own
			return nil
		}
		if err != nil {
			return err
		}
	}
	return h.spill(ctx, src)
}

// grow makes room for another piece, if there is any.
func (h *holding) grow() bool {
	size := cap(h.memory) + holdPiece
	if size > holdMost {
		return false
	}
	if h.uploads.holds.Add(holdPiece) > holdAll {
		h.uploads.holds.Add(-holdPiece)
		return false
	}
	grown := make([]byte, len(h.memory), size)
	copy(grown, h.memory)
	h.memory = grown
	return true
}

// spill stores the rest of src in a blob of its own.
func (h *holding) spill(ctx context.Context, src io.Reader) error {
	h.blob = pawl.NewID(h.uploads.Now())
	h.forget = h.uploads.wanted.add(h.blob)
	blobs := h.uploads.Blobs
	out, err := blobs.Appender(ctx, h.blob, pawl.Writing{
		Length: func() int64 { return pawl.UnknownLength },
		Mark:   func() pawl.Mark { return pawl.Mark{} },
		Commit: func(ctx context.Context, _ pawl.Mark, remember func(pawl.Tx) error) error {
			return h.uploads.Store.Update(ctx, remember)
		},
	})
	if err != nil {
		return err
	}
	n, err := out.Append(ctx, src, io.Discard)
	out.Drain()
	if closed := out.Close(); err == nil {
		err = closed
	}
	if h.spilt = n; err == nil && n > 0 {
		err = blobs.Seal(ctx, h.blob)
	}
	return err
}

// open reads what was held, from its beginning.
func (h *holding) open(ctx context.Context) (io.Reader, error) {
	if h.spilt == 0 {
		return bytes.NewReader(h.memory), nil
	}
	rest, err := h.uploads.Blobs.Open(ctx, h.blob)
	if err != nil {
		return nil, err
	}
	return io.MultiReader(bytes.NewReader(h.memory), closing{rest}), nil
}

// closing closes a blob at its end.
type closing struct{ io.ReadSeekCloser }

func (c closing) Read(p []byte) (int, error) {
	n, err := c.ReadSeekCloser.Read(p)
	if err != nil {
		_ = c.Close()
	}
	return n, err
}

// release lets go of what was held. A blob that stays behind is an orphan, and
// goes as one.
func (h *holding) release(ctx context.Context) {
	h.uploads.holds.Add(-int64(cap(h.memory)))
	if h.blob == "" {
		return
	}
	h.uploads.deleteBlob(context.WithoutCancel(ctx), h.blob)
	h.forget()
}
