package uploads

import (
	"bytes"
	"context"
	"io"

	"pawl"
)

// How many bytes of bodies that wait for their checksum are kept in memory: of one body and
// of all. The rest goes to the storage, as a blob without a row.
const (
	bufferStep = 256 << 10
	bufferMost = 8 << 20
	bufferAll  = 64 << 20
)

// buffer keeps a body until its checksum is known.
type buffer struct {
	service *Service
	memory  []byte
	blob    pawl.ID // has what memory had no room for; empty if there is nothing
	spilled int64   // bytes in blob
	forget  func()
}

// fill reads src to its end.
func (b *buffer) fill(ctx context.Context, src io.Reader) error {
	for b.grow() {
		n, err := io.ReadFull(src, b.memory[len(b.memory):cap(b.memory)])
		b.memory = b.memory[:len(b.memory)+n]
		if err == io.EOF || err == io.ErrUnexpectedEOF { // ReadFull's own
			return nil
		}
		if err != nil {
			return err
		}
	}
	return b.spill(ctx, src)
}

// grow makes room for another step in memory, and reports whether it could.
func (b *buffer) grow() bool {
	size := cap(b.memory) + bufferStep
	if size > bufferMost {
		return false
	}
	if b.service.buffered.Add(bufferStep) > bufferAll {
		b.service.buffered.Add(-bufferStep)
		return false
	}
	grown := make([]byte, len(b.memory), size)
	copy(grown, b.memory)
	b.memory = grown
	return true
}

// spill stores the rest of src in a blob.
func (b *buffer) spill(ctx context.Context, src io.Reader) error {
	b.blob = pawl.NewID(b.service.Now())
	b.forget = b.service.rowless.add(b.blob)
	blobs := b.service.Blobs
	out, err := blobs.Appender(ctx, b.blob, pawl.Writing{
		Length: func() int64 { return pawl.UnknownLength },
		Mark:   func() pawl.Mark { return pawl.Mark{} },
		Commit: func(ctx context.Context, _ pawl.Mark, remember func(pawl.Tx) error) error {
			return b.service.Store.Update(ctx, remember)
		},
	})
	if err != nil {
		return err
	}
	n, err := out.Append(ctx, src, io.Discard)
	out.Drain()
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	if b.spilled = n; err == nil && n > 0 {
		err = blobs.Seal(ctx, b.blob)
	}
	return err
}

// open returns a reader of the whole body.
func (b *buffer) open(ctx context.Context) (io.Reader, error) {
	if b.spilled == 0 {
		return bytes.NewReader(b.memory), nil
	}
	rest, err := b.service.Blobs.OpenSealed(ctx, b.blob, b.spilled)
	if err != nil {
		return nil, err
	}
	return io.MultiReader(bytes.NewReader(b.memory), closingReader{rest}), nil
}

// closingReader closes a blob at its end.
type closingReader struct{ io.ReadSeekCloser }

func (r closingReader) Read(p []byte) (int, error) {
	n, err := r.ReadSeekCloser.Read(p)
	if err != nil {
		_ = r.Close()
	}
	return n, err
}

// release frees memory and blob. A blob that cannot be deleted now is an orphan, and is
// deleted as one.
func (b *buffer) release(ctx context.Context) {
	b.service.buffered.Add(-int64(cap(b.memory)))
	if b.blob == "" {
		return
	}
	b.service.deleteBlob(context.WithoutCancel(ctx), b.blob)
	b.forget()
}
