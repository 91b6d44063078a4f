package pawl

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
)

// An upload's secret lets whoever has it take that one upload to its end, when the
// login that began it has run out meanwhile: clients give an upload up, and their
// progress with it, if they are asked for a login in the middle. It is told once,
// in the answer to the creation; what is kept is its SHA-256.

const secretBytes = 16 // random, so that nobody guesses one

// GiveSecret gives a planned upload its secret and returns it: 26 characters of
// lower-case base32hex (RFC 4648 §7).
func (u *Upload) GiveSecret() string {
	var raw [secretBytes]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand.Read
	secret := strings.ToLower(idEncoding.EncodeToString(raw[:]))
	u.SecretSHA256 = hashSecret(secret)
	return secret
}

func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// OpensWith reports whether secret is the upload's.
func (u Upload) OpensWith(secret string) bool {
	return len(u.SecretSHA256) > 0 && subtle.ConstantTimeCompare(hashSecret(secret), u.SecretSHA256) == 1
}
