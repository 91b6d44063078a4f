package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"pawl"
)

// charsetOf returns the name of the encoding of a text, empty if it is not known: a
// wrong one is worse than none (RFC 9110 §8.3.2). The head is all of a small file, and
// the first bytes of a larger one.
func charsetOf(head []byte, declaredType string) string {
	declared := declaredCharset(declaredType)
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return "" // UTF-32, which browsers do not know
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "utf-16" // in the order that its byte order mark says (RFC 2781 §4)
	case !utf8.Valid(withoutCutRune(head)):
		switch declared {
		case "utf-8", "utf8", "us-ascii", "ascii": // which it is not
			return ""
		}
		return declared
	case declared != "" && isASCII(head) && !strings.HasPrefix(declared, "utf"): // as texts in most encodings begin
		return declared
	}
	return "utf-8"
}

// withoutCutRune takes an incomplete rune off the end of a head, which the rest of
// its file may complete.
func withoutCutRune(head []byte) []byte {
	if len(head) < pawl.HeadBytes {
		return head
	}
	for i := 1; i < utf8.UTFMax; i++ {
		if at := len(head) - i; utf8.RuneStart(head[at]) {
			if !utf8.FullRune(head[at:]) {
				return head[:at]
			}
			break
		}
	}
	return head
}

func isASCII(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// sane are names of encodings (RFC 2978 §2.3).
var sane = regexp.MustCompile(`\A[a-z0-9][a-z0-9._:+-]{0,39}\z`)

// declaredCharset returns the charset of a declared media type in lower case; empty
// if there is none, or none that makes sense.
func declaredCharset(mediaType string) string {
	_, params, err := mime.ParseMediaType(mediaType)
	charset := strings.ToLower(params["charset"])
	if err != nil || !sane.MatchString(charset) {
		return ""
	}
	return charset
}

// peek returns the first bytes of a file, and a reader of all of it that does not ask
// the storage for them once more.
func peek(src io.ReadSeeker, size int64) ([]byte, io.ReadSeeker, error) {
	head := make([]byte, min(size, pawl.HeadBytes))
	if file, ok := src.(io.ReaderAt); ok { // which leaves by sendfile, and is to stay what it is
		_, err := file.ReadAt(head, 0)
		return head, src, err
	}
	_, err := io.ReadFull(src, head)
	return head, &peeked{src: src, head: head, reached: int64(len(head)), size: size}, err
}

// peeked reads a file whose first bytes have been read already.
type peeked struct {
	src     io.ReadSeeker
	head    []byte
	reached int64 // where src is
	at      int64 // where this reader is
	size    int64
}

func (p *peeked) Read(b []byte) (int, error) {
	if p.at < int64(len(p.head)) {
		n := copy(b, p.head[p.at:])
		p.at += int64(n)
		return n, nil
	}
	if p.at != p.reached {
		if _, err := p.src.Seek(p.at, io.SeekStart); err != nil {
			return 0, err
		}
		p.reached = p.at
	}
	n, err := p.src.Read(b)
	p.at += int64(n)
	p.reached = p.at
	return n, err
}

// Seek moves the source only when it is read.
func (p *peeked) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += p.at
	case io.SeekEnd:
		offset += p.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	p.at = offset
	return offset, nil
}
