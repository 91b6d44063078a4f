package uploads

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"pawl"
)

// DigestKey is the metadata key under which a client can state the SHA-256 of its file,
// in hexadecimal or Base64.
const DigestKey = "sha256"

// statedDigest returns the SHA-256 that the client says the whole file has, if it says so.
// The error is of kind [pawl.Invalid].
func statedDigest(metadata map[string]string) (sum [sha256.Size]byte, stated bool, err error) {
	text, stated := metadata[DigestKey]
	if !stated {
		return sum, false, nil
	}
	decode := hex.DecodeString
	if len(text) != hex.EncodedLen(sha256.Size) {
		decode = base64.StdEncoding.DecodeString
	}
	digest, err := decode(text)
	if err != nil || len(digest) != sha256.Size {
		return sum, true, pawl.Errorf(pawl.Invalid, "the metadata %q must be a SHA-256 in hexadecimal or Base64", DigestKey)
	}
	return [sha256.Size]byte(digest), true, nil
}

// checkStatedDigest rejects a file whose bytes are not those its client announced: with a
// client that sends wrong bytes again after an interruption, nothing else would notice.
func checkStatedDigest(f pawl.File) error {
	want, stated, err := statedDigest(f.Metadata)
	switch {
	case err != nil:
		return rejection{err}
	case stated && want != f.SHA256:
		return rejection{pawl.Errorf(pawl.Refused, "the SHA-256 of the file does not match the declared one; upload it again")}
	}
	return nil
}
