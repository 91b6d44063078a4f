package httphook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Headers of a signed request.
const (
	TimestampHeader = "Pawl-Timestamp" // Unix seconds
	SignatureHeader = "Pawl-Signature"
)

// Sign returns the value of the signature header: "v1=" followed by the HMAC-SHA256, in
// hex, of the timestamp, a full stop and the body. The service should compare it in
// constant time and reject timestamps that are minutes old.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}
