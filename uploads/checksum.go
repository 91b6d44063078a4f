package uploads

import (
	"bytes"
	"context"
	"hash"
	"io"

	"pawl"
)

// Checksum is what a client says of a request's body (tus 1.0, "Checksum").
type Checksum struct {
	Hash hash.Hash
	// Want returns the sum that the client states. It is called when the body has ended,
	// as the sum may follow the body in a trailer.
	Want func() ([]byte, error)
}

// check compares the sum of what went through Hash. The error is of kind [pawl.Mismatch].
func (c *Checksum) check() error {
	want, err := c.Want()
	if err != nil {
		return err
	}
	if !bytes.Equal(c.Hash.Sum(nil), want) {
		return pawl.Errorf(pawl.Mismatch, "the checksum does not match; send the bytes again")
	}
	return nil
}

// AppendChecked is [Session.Append] for a body that is added whole or not at all: not when
// it is cut short, and not, with kind [pawl.Mismatch], when its checksum is another one. No
// offset is acknowledged before that is known, so the body is buffered until then. The
// length, unless it is UnknownLength, is declared with it.
func (s *Session) AppendChecked(ctx context.Context, offset, length int64, body io.Reader, sum *Checksum) (_ int64, err error) {
	defer func() { s.noteSpace(err) }()
	if err := s.seek(ctx, offset); err != nil {
		return offset, err
	}
	b := buffer{service: s.service}
	defer b.release(ctx)
	err = b.fill(ctx, io.TeeReader(s.limit(body), sum.Hash))
	if isRejection(err) {
		return offset, s.service.reject(ctx, s.Upload(), err)
	}
	if err == nil {
		err = sum.check()
	}
	if err != nil {
		return offset, err
	}
	content, err := b.open(ctx)
	if err == nil && length != pawl.UnknownLength {
		err = s.DeclareLength(ctx, length)
	}
	if err != nil {
		return offset, err
	}
	n, err := s.write(ctx, s.sniff(ctx, s.limit(content)))
	return offset + n, err
}
