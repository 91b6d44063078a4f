package uploads

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pawl"
)

func TestLimitReader(t *testing.T) {
	over, broken := errors.New("too long"), errors.New("broken")
	for name, test := range map[string]struct {
		src     string
		fails   error // after src; nil: it ends
		left    int64
		want    string
		wantErr error
	}{
		"shorter":                 {"abc", nil, 5, "abc", nil},
		"exact":                   {"abcde", nil, 5, "abcde", nil},
		"one byte":                {"a", nil, 1, "a", nil},
		"nothing allowed or sent": {"", nil, 0, "", nil},
		"nothing allowed":         {"a", nil, 0, "", over},
		"one too long":            {"abcdef", nil, 5, "abcd", over},
		"much too long":           {strings.Repeat("x", 1000), nil, 5, "xxxx", over},
		"broken before the end":   {"abc", broken, 5, "abc", broken},
		"broken at the end":       {"abcde", broken, 5, "abcd", broken},
	} {
		t.Run(name, func(t *testing.T) {
			for _, slow := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
				end := io.Reader(strings.NewReader(""))
				if test.fails != nil {
					end = iotest.ErrReader(test.fails)
				}
				src := slow(io.MultiReader(strings.NewReader(test.src), end))
				got, err := io.ReadAll(&limitReader{src: src, left: test.left, over: over})
				if string(got) != test.want || !errors.Is(err, test.wantErr) {
					t.Errorf("read %q, %v; want %q, %v", got, err, test.want, test.wantErr)
				}
			}
		})
	}
}

func TestSniffReaderJudgesOnceAndBeforeTheBytesPass(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 1000)
	for _, slow := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, func(r io.Reader) io.Reader { return r }} {
		var head []byte
		judged := 0
		pass := sniffReader{src: slow(bytes.NewReader(content)), head: &head, judge: func() error { judged++; return nil }}
		got, err := io.ReadAll(pass)
		if err != nil || !bytes.Equal(got, content) || judged != 1 || !bytes.Equal(head, content[:pawl.HeadBytes]) {
			t.Errorf("%d bytes, %v, judged %d times on %d bytes", len(got), err, judged, len(head))
		}
		head = nil
		refusal := errors.New("no")
		stop := sniffReader{src: slow(bytes.NewReader(content)), head: &head, judge: func() error { return refusal }}
		got, err = io.ReadAll(stop)
		if !errors.Is(err, refusal) || len(got) >= pawl.HeadBytes {
			t.Errorf("%d bytes went on past a refusal (%v)", len(got), err)
		}
	}
}
