package tus

import (
	"encoding/base64"
	"mime"
	"net/http"
	"strings"

	"pawl"
)

const maxMetadataHeader = 8 << 10

// parseMetadata reads Upload-Metadata (tus 1.0, "Upload-Metadata"): pairs of a key
// and a Base64 value, split by commas. What is not exactly that is refused rather
// than dropped: a file without its name is no use to anybody.
func parseMetadata(h http.Header) (spec pawl.UploadSpec, err error) {
	raw := strings.Join(h.Values("Upload-Metadata"), ",")
	if len(raw) > maxMetadataHeader {
		return spec, pawl.Errorf(pawl.Invalid, "Upload-Metadata can be at most %d bytes long", maxMetadataHeader)
	}
	spec.Kind, spec.RawMetadata = pawl.Regular, raw
	pairs, err := metadataPairs(raw)
	if err != nil {
		return spec, err
	}
	spec.Name = take(pairs, "filename", "name")
	spec.DeclaredType = mediaType(take(pairs, "filetype", "type"))
	if pairs["relativePath"] == "null" { // Uppy's way of saying there is none
		delete(pairs, "relativePath")
	}
	spec.Metadata = pairs
	if err := takeDigest(h, pairs); err != nil {
		return spec, err
	}
	return spec, pawl.CheckMetadata(pairs)
}

// takeDigest reads the whole file's digest from Repr-Digest (RFC 9530 section 3),
// for clients that would rather say it there than in Upload-Metadata. Digests of
// other algorithms are passed over.
func takeDigest(h http.Header, pairs map[string]string) error {
	for entry := range strings.SplitSeq(strings.Join(h.Values("Repr-Digest"), ","), ",") {
		algorithm, value, _ := strings.Cut(strings.TrimSpace(entry), "=")
		if algorithm != "sha-256" {
			continue
		}
		if len(value) < 2 || value[0] != ':' || value[len(value)-1] != ':' {
			return pawl.Errorf(pawl.Invalid, "Repr-Digest must be like sha-256=:Base64:")
		}
		if _, twice := pairs[pawl.DigestKey]; twice {
			return pawl.Errorf(pawl.Invalid, "the file's SHA-256 is given twice")
		}
		pairs[pawl.DigestKey] = value[1 : len(value)-1]
	}
	return nil
}

func metadataPairs(raw string) (map[string]string, error) {
	pairs := make(map[string]string)
	if strings.Trim(raw, " \t") == "" {
		return pairs, nil
	}
	for pair := range strings.SplitSeq(raw, ",") {
		key, encoded, _ := strings.Cut(strings.Trim(pair, " \t"), " ")
		if !isMetadataKey(key) {
			return nil, pawl.Errorf(pawl.Invalid, "a key of Upload-Metadata is empty or not plain ASCII")
		}
		if _, twice := pairs[key]; twice {
			return nil, pawl.Errorf(pawl.Invalid, "Upload-Metadata has the key %q twice", key)
		}
		value, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err != nil {
			return nil, pawl.Errorf(pawl.Invalid, "the value of %q in Upload-Metadata is not Base64", key)
		}
		if !pawl.IsText(string(value)) {
			return nil, pawl.Errorf(pawl.Invalid, "the value of %q in Upload-Metadata is not UTF-8 text without control characters", key)
		}
		pairs[key] = string(value)
	}
	return pairs, nil
}

func isMetadataKey(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return key != ""
}

// take removes the keys and returns the value of the first that has one.
func take(pairs map[string]string, keys ...string) (value string) {
	for _, key := range keys {
		if value == "" {
			value = pairs[key]
		}
		delete(pairs, key)
	}
	return value
}

// mediaType is what a client declares, if it makes sense.
func mediaType(declared string) string {
	base, params, err := mime.ParseMediaType(declared)
	if err != nil || !strings.Contains(base, "/") || len(declared) > 255 {
		return ""
	}
	return mime.FormatMediaType(base, params)
}
