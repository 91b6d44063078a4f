package pawl

import (
	"unicode"
	"unicode/utf8"
)

// Limits on user metadata, so that a row stays small.
const (
	maxMetadataKeys  = 64
	maxMetadataBytes = 16 << 10
)

// CheckMetadata refuses user metadata that is too large or cannot be shown: keys
// are printable and values are UTF-8 text.
func CheckMetadata(metadata map[string]string) error {
	if len(metadata) > maxMetadataKeys {
		return Errorf(Invalid, "there can be at most %d metadata keys", maxMetadataKeys)
	}
	size := 0
	for key, value := range metadata {
		size += len(key) + len(value)
		if key == "" || !printable(key) {
			return Errorf(Invalid, "a metadata key must be printable text")
		}
		if !IsText(value) {
			return Errorf(Invalid, "the value of metadata key %q must be UTF-8 text without control characters", key)
		}
	}
	if size > maxMetadataBytes {
		return Errorf(Invalid, "metadata can be at most %d bytes in all", maxMetadataBytes)
	}
	return nil
}

func printable(text string) bool {
	for _, r := range text {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
