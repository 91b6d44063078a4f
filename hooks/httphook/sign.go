package httphook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// The headers of a signed question.
const (
	TimestampHeader = "Pawl-Timestamp" // Unix seconds
	SignatureHeader = "Pawl-Signature"
)

// Sign is the value of the signature header: "v1=" and the HMAC-SHA256, in hex,
// of the timestamp, a full stop and the body. The service should compare it in
// constant time, and refuse a timestamp that is minutes old.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}
