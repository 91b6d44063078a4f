package tusclient

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"io"
	"slices"
)

// algorithms of Upload-Checksum, best first. SHA-1 is what every server with the
// extension has (tus 1.0, "Checksum"); it is to find accidents, not attacks.
var algorithms = []struct {
	name string
	make func() hash.Hash
}{{"sha256", sha256.New}, {"sha1", sha1.New}}

// checksum is the best algorithm that both sides know; empty if there is none.
func (s Server) checksum() string {
	if !s.Offers("checksum") {
		return ""
	}
	for _, a := range algorithms {
		if slices.Contains(s.Algorithms, a.name) {
			return a.name
		}
	}
	return ""
}

// checksumOf is the value of Upload-Checksum.
func checksumOf(algorithm string, content io.Reader) (string, error) {
	for _, a := range algorithms {
		if a.name == algorithm {
			sum := a.make()
			if _, err := io.Copy(sum, content); err != nil {
				return "", sourceError(err)
			}
			return algorithm + " " + base64.StdEncoding.EncodeToString(sum.Sum(nil)), nil
		}
	}
	return "", unusablef("no checksum is called %q", algorithm)
}
