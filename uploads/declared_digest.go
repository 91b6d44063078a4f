package uploads

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"pawl"
)

// DigestKey is the metadata key under which a client can say what SHA-256 its file
// has, in hexadecimal or Base64.
const DigestKey = "sha256"

// statedDigest is the SHA-256 the client says the whole file has, if it says so.
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

// checkDigest refuses a file whose bytes are not those its client announced: with a
// client that sends wrong bytes again after a break, nothing else would notice.
func checkDigest(f pawl.File) error {
	want, stated, err := statedDigest(f.Metadata)
	if err != nil || !stated || want == f.SHA256 {
		return err
	}
	return pawl.Errorf(pawl.Refused, "the file that arrived has another SHA-256 than was announced when its upload began; upload it again")
}
