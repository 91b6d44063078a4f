package uploads

import (
	"errors"
	"io"

	"pawl"
)

// allowance passes at most left bytes of src. The last of them is held back until
// src has been seen to end: a body that is longer than it may be never completes
// its upload. Then it returns over instead.
type allowance struct {
	src  io.Reader
	left int64
	over error
}

func (a *allowance) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if a.left <= 1 {
		return a.readLast(p)
	}
	n, err := a.src.Read(p[:min(int64(len(p)), a.left-1)])
	a.left -= int64(n)
	return n, err
}

// readLast returns the byte that exhausts the allowance, if there is one, only
// together with the end of src.
func (a *allowance) readLast(p []byte) (int, error) {
	var tail [2]byte
	n, err := io.ReadFull(a.src, tail[:a.left+1])
	switch {
	case err == nil:
		return 0, a.over
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF): // ReadFull's, for the byte too many
		a.left -= int64(n)
		return copy(p, tail[:n]), io.EOF
	default:
		return 0, err
	}
}

// meter tells how many bytes pass.
type meter struct {
	src  io.Reader
	tell func(n int)
}

func (m meter) Read(p []byte) (int, error) {
	n, err := m.src.Read(p)
	if n > 0 {
		m.tell(n)
	}
	return n, err
}

// screen looks at the beginning of an upload as it passes, and has it judged as
// soon as there is enough of it, before the bytes that complete it go on.
type screen struct {
	src   io.Reader
	head  *[]byte
	judge func() error // called once, when head is full
}

func (s screen) Read(p []byte) (int, error) {
	n, err := s.src.Read(p)
	if missing := pawl.HeadBytes - len(*s.head); missing > 0 && n > 0 {
		*s.head = append(*s.head, p[:min(n, missing)]...)
		if len(*s.head) == pawl.HeadBytes {
			if refusal := s.judge(); refusal != nil {
				return 0, refusal
			}
		}
	}
	return n, err
}
