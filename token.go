package pawl

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
)

// An upload token authorizes whoever has it to resume that one upload, when the login that
// began it has expired meanwhile: clients discard an upload's progress if they are asked for
// a login in the middle. It is sent once, in the response to the creation; its SHA-256 is
// stored.

const tokenBytes = 16 // random, so that nobody guesses one

// GiveToken gives a planned upload a token and returns it: 26 characters of lower-case
// base32hex (RFC 4648, section 7).
func (u *Upload) GiveToken() string {
	var raw [tokenBytes]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand.Read
	token := strings.ToLower(idEncoding.EncodeToString(raw[:]))
	u.TokenSHA256 = hashToken(token)
	return token
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// HasToken reports whether token is the upload's.
func (u Upload) HasToken(token string) bool {
	return len(u.TokenSHA256) > 0 && subtle.ConstantTimeCompare(hashToken(token), u.TokenSHA256) == 1
}
