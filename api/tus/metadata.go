package tus

import (
	"encoding/base64"
	"mime"
	"net/http"
	"strings"

	"pawl"
	"pawl/uploads"
)

const maxMetadataHeader = 8 << 10

// parseMetadata parses Upload-Metadata (tus 1.0, "Upload-Metadata"): pairs of a key and a
// Base64 value, separated by commas. Anything else is an error of kind [pawl.Invalid] rather
// than dropped: a file without its name is of no use to anybody.
func parseMetadata(h http.Header) (spec uploads.Spec, err error) {
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
	if pairs[pawl.PathKey] == "null" { // what Uppy sends if there is none
		delete(pairs, pawl.PathKey)
	}
	for key, value := range pairs {
		pairs[key] = asText(key, value)
	}
	spec.Metadata = pairs
	if err := takeDigest(h, pairs); err != nil {
		return spec, err
	}
	return spec, pawl.CheckMetadata(pairs)
}

// takeDigest adds the whole file's SHA-256 from Repr-Digest (RFC 9530, section 3), for
// clients that send it there rather than in Upload-Metadata. Other algorithms are ignored.
func takeDigest(h http.Header, pairs map[string]string) error {
	for entry := range strings.SplitSeq(strings.Join(h.Values("Repr-Digest"), ","), ",") {
		algorithm, value, _ := strings.Cut(strings.TrimSpace(entry), "=")
		if algorithm != "sha-256" {
			continue
		}
		if len(value) < 2 || value[0] != ':' || value[len(value)-1] != ':' {
			return pawl.Errorf(pawl.Invalid, "Repr-Digest must have the form sha-256=:BASE64:")
		}
		if _, twice := pairs[uploads.DigestKey]; twice {
			return pawl.Errorf(pawl.Invalid, "the SHA-256 is declared twice")
		}
		pairs[uploads.DigestKey] = value[1 : len(value)-1]
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
			return nil, pawl.Errorf(pawl.Invalid, "a key of Upload-Metadata is empty or not ASCII")
		}
		if _, twice := pairs[key]; twice {
			return nil, pawl.Errorf(pawl.Invalid, "Upload-Metadata has the key %q twice", key)
		}
		value, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err != nil {
			return nil, pawl.Errorf(pawl.Invalid, "the value of %q in Upload-Metadata is not Base64", key)
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

// take removes a key and returns its value, or that of the alias which some clients send
// instead, or beside it with the same value. An alias with another value is the client's own
// key, and stays.
func take(pairs map[string]string, key, standIn string) string {
	value := pairs[key]
	delete(pairs, key)
	if value == "" || pairs[standIn] == value {
		value = pairs[standIn]
		delete(pairs, standIn)
	}
	return value
}

// asText returns a value as text that JSON can represent: as it is, or as a data URL (RFC
// 2397) if it is no text, as tus allows any bytes. A path is cleaned as a name is.
func asText(key, value string) string {
	switch {
	case key == pawl.PathKey:
		return pawl.CleanPath(value)
	case pawl.IsText(value):
		return value
	}
	return "data:;base64," + base64.StdEncoding.EncodeToString([]byte(value))
}

// mediaType returns the declared media type, or "" if it is none.
func mediaType(declared string) string {
	base, params, err := mime.ParseMediaType(declared)
	if err != nil || !pawl.IsText(declared) || !strings.Contains(base, "/") || len(declared) > 255 {
		return ""
	}
	return mime.FormatMediaType(base, params)
}
