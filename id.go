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
// Its text is 36 characters of lower-case base32hex (RFC 4648 §7).
type ID string

const (
	idTimeBytes   = 6
	idRandomBytes = 16
	idLength      = 36
)

var idEncoding = base32.HexEncoding.WithPadding(base32.NoPadding)

// NewID makes an id for something that begins at the given time.
func NewID(at time.Time) ID {
	var raw [8 + idRandomBytes]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(at.UnixMilli()))
	_, _ = rand.Read(raw[8:]) // never fails: crypto/rand.Read
	return ID(strings.ToLower(idEncoding.EncodeToString(raw[8-idTimeBytes:])))
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
