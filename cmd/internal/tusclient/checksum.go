package tusclient

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"io"
	"slices"
)

// algorithms are the supported algorithms of Upload-Checksum, best first. Every server
// with the extension supports SHA-1 (tus 1.0, "Checksum"), which suffices to detect
// accidental corruption.
var algorithms = []struct {
	name string
	make func() hash.Hash
}{{"sha256", sha256.New}, {"sha1", sha1.New}}

// checksum returns the best algorithm that client and server support, or "".
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

// checksumOf returns the value of Upload-Checksum for content.
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
	return "", unusablef("unknown checksum algorithm %q", algorithm)
}
