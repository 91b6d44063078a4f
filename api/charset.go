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

// charsetOf returns the character encoding of a text, or "" if it is unknown: a wrong
// one is worse than none (RFC 9110 §8.3.2). The head holds the first
// [pawl.HeadBytes] bytes of the file, or all of a smaller one.
func charsetOf(head []byte, declaredType string) string {
	declared := declaredCharset(declaredType)
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return "" // UTF-32, which browsers do not support
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "utf-16" // the byte order mark has the order (RFC 2781 §4)
	case !utf8.Valid(withoutCutRune(head)):
		switch declared {
		case "utf-8", "utf8", "us-ascii", "ascii": // contradicted by the bytes
			return ""
		}
		return declared
	case declared != "" && isASCII(head) && !strings.HasPrefix(declared, "utf"): // most encodings extend ASCII
		return declared
	}
	return "utf-8"
}

// withoutCutRune returns head without an incomplete rune at its end, if the file has
// more bytes than the head.
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

// charsetName matches names of encodings (RFC 2978 §2.3).
var charsetName = regexp.MustCompile(`\A[a-z0-9][a-z0-9._:+-]{0,39}\z`)

// declaredCharset returns the charset parameter of a media type in lower case, or "" if
// it is missing or invalid.
func declaredCharset(mediaType string) string {
	_, params, err := mime.ParseMediaType(mediaType)
	charset := strings.ToLower(params["charset"])
	if err != nil || !charsetName.MatchString(charset) {
		return ""
	}
	return charset
}

// peek returns the first [pawl.HeadBytes] bytes of src, and a reader of all of it that
// does not read them from the storage again.
func peek(src io.ReadSeeker, size int64) ([]byte, io.ReadSeeker, error) {
	head := make([]byte, min(size, pawl.HeadBytes))
	if file, ok := src.(io.ReaderAt); ok { // an *os.File is returned as it is, for sendfile
		_, err := file.ReadAt(head, 0)
		return head, src, err
	}
	_, err := io.ReadFull(src, head)
	return head, &peeked{src: src, head: head, reached: int64(len(head)), size: size}, err
}

// peeked is a reader of a file whose first bytes have been read.
type peeked struct {
	src     io.ReadSeeker
	head    []byte
	reached int64 // position of src
	at      int64 // position of this reader
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

// Seek sets the position. The source is moved by the next Read.
func (p *peeked) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += p.at
	case io.SeekEnd:
		offset += p.size
	}
	if offset < 0 {
		return 0, errors.New("api: seek to a negative position")
	}
	p.at = offset
	return offset, nil
}
