package uploads

import (
	"errors"
	"io"

	"pawl"
)

// limitReader passes at most left bytes of src. The last of them is held back until src has
// been seen to end: a body that is longer than it may be never completes its upload. Then
// Read returns over instead.
type limitReader struct {
	src  io.Reader
	left int64
	over error
}

func (r *limitReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if r.left <= 1 {
		return r.readLast(p)
	}
	n, err := r.src.Read(p[:min(int64(len(p)), r.left-1)])
	r.left -= int64(n)
	return n, err
}

// readLast returns the byte that reaches the limit, if there is one, only together with the
// end of src.
func (r *limitReader) readLast(p []byte) (int, error) {
	var tail [2]byte
	n, err := io.ReadFull(r.src, tail[:r.left+1])
	switch {
	case err == nil:
		return 0, r.over
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF): // ReadFull's, for the byte too many
		r.left -= int64(n)
		return copy(p, tail[:n]), io.EOF
	default:
		return 0, err
	}
}

// sniffReader collects the beginning of an upload as it passes, and has it judged as soon
// as there is enough of it, before the bytes that complete it pass.
type sniffReader struct {
	src   io.Reader
	head  *[]byte
	judge func() error // called once, when head is full
}

func (r sniffReader) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	if missing := pawl.HeadBytes - len(*r.head); missing > 0 && n > 0 {
		*r.head = append(*r.head, p[:min(n, missing)]...)
		if len(*r.head) == pawl.HeadBytes {
			if rejected := r.judge(); rejected != nil {
				return 0, rejected
			}
		}
	}
	return n, err
}
