package pawl

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// ID names an upload and, once the upload is finished, its file and its blob.
// It is made by the server: 48 bits of milliseconds, so that ids sort by age and
// index inserts stay local, then 128 random bits, so that nobody guesses one.
// Its text is 36 characters of lower-case base32hex (RFC 4648 §7), which are 180 bits:
// the last 4 are the id's format.
type ID string

const (
	idTimeBytes   = 6
	idRandomBytes = 16
	idLength      = 36
	idFormat      = 1
)

var idEncoding = base32.HexEncoding.WithPadding(base32.NoPadding)

// NewID makes an id for something that begins at the given time.
func NewID(at time.Time) ID {
	var raw [8 + idRandomBytes]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(at.UnixMilli()))
	_, _ = rand.Read(raw[8:]) // never fails: crypto/rand.Read
	text := []byte(strings.ToLower(idEncoding.EncodeToString(raw[8-idTimeBytes:])))
	text[idLength-1] += idFormat // the encoder leaves its bits 0
	return ID(text)
}

// Format returns the id's format, by which a storage tells blobs whose names it has
// made in an earlier way: 1, or 0 for an id made before formats were written down.
func (id ID) Format() int {
	if len(id) != idLength {
		return 0
	}
	last := id[idLength-1]
	if last >= 'a' {
		last -= 'a' - '9' - 1
	}
	return int(last-'0') & 15
}

// ParseID checks text against the one pattern an id can have. Anything else,
// whatever it is, names nothing: the error is of kind [NotFound].
func ParseID(text string) (ID, error) {
	if len(text) != idLength {
		return "", ErrNoSuchUpload
	}
	for i := range len(text) {
		c := text[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'v') {
			return "", ErrNoSuchUpload
		}
	}
	return ID(text), nil
}

// Time is when the id was made, to the millisecond.
func (id ID) Time() time.Time {
	raw, err := idEncoding.DecodeString(strings.ToUpper(string(id)))
	if err != nil || len(raw) < idTimeBytes {
		return time.Time{}
	}
	var ms [8]byte
	copy(ms[8-idTimeBytes:], raw[:idTimeBytes])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(ms[:]))).UTC()
}
