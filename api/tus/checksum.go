package tus

import (
	"crypto/md5"  //nolint:gosec // clients use it to detect damage, not attackers
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"maps"
	"slices"
	"strings"

	"pawl"
	"pawl/uploads"
)

// algorithms are the checksums that clients can send (tus 1.0, "Checksum"), which requires
// sha1. A CRC is its four bytes, most significant first.
var algorithms = map[string]func() hash.Hash{
	"crc32":  func() hash.Hash { return crc32.NewIEEE() },
	"crc32c": func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"md5":    md5.New,
	"sha1":   sha1.New,
	"sha256": sha256.New,
	"sha512": sha512.New,
}

// checksumAlgorithms is the value of Tus-Checksum-Algorithm.
var checksumAlgorithms = strings.Join(slices.Sorted(maps.Keys(algorithms)), ",")

const checksumHeader = "Upload-Checksum"

// checkChecksum reads Upload-Checksum, or notes that it comes as a trailer.
func (x *exchange) checkChecksum() error {
	values := x.request.Header.Values(checksumHeader)
	_, asTrailer := x.trailer[checksumHeader]
	switch {
	case !x.carries || len(values) == 0 && !asTrailer:
		return nil
	case len(values) > 0 && asTrailer:
		return pawl.Errorf(pawl.Invalid, "Upload-Checksum must be a header or a trailer, not both")
	case asTrailer:
		// The algorithm is known only after the bytes: all are computed.
		all := newDigests()
		x.checksum = &uploads.Checksum{Hash: all, Want: func() ([]byte, error) { return all.choose(x.trailer.Values(checksumHeader)) }}
		return nil
	}
	name, want, err := parseChecksum(values)
	if err != nil {
		return err
	}
	x.checksum = &uploads.Checksum{Hash: algorithms[name](), Want: func() ([]byte, error) { return want, nil }}
	return nil
}

// parseChecksum parses the name of an algorithm and a Base64 sum.
func parseChecksum(values []string) (name string, sum []byte, err error) {
	if len(values) != 1 {
		return "", nil, pawl.Errorf(pawl.Invalid, "exactly one Upload-Checksum is required")
	}
	name, encoded, _ := strings.Cut(values[0], " ")
	algorithm, ok := algorithms[name]
	if !ok {
		return "", nil, pawl.Errorf(pawl.Invalid, "unsupported checksum algorithm; supported: %s", checksumAlgorithms)
	}
	sum, err = base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(sum) != algorithm().Size() {
		return "", nil, pawl.Errorf(pawl.Invalid, "the value of Upload-Checksum is not a Base64-encoded %s", name)
	}
	return name, sum, nil
}

// digests computes every algorithm at once, until one of them is chosen.
type digests struct {
	hash.Hash // the chosen one
	all       map[string]hash.Hash
}

func newDigests() *digests {
	d := &digests{all: make(map[string]hash.Hash, len(algorithms))}
	for name, algorithm := range algorithms {
		d.all[name] = algorithm()
	}
	return d
}

func (d *digests) Write(p []byte) (int, error) {
	for _, h := range d.all {
		h.Write(p)
	}
	return len(p), nil
}

// choose chooses the algorithm that the trailer names, and returns the sum in it.
func (d *digests) choose(values []string) ([]byte, error) {
	name, sum, err := parseChecksum(values)
	if err == nil {
		d.Hash = d.all[name]
	}
	return sum, err
}
