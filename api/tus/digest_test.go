package tus_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// announced are the ways to say what SHA-256 a file has.
func announced(content string) map[string]string {
	sum := sha256.Sum256([]byte(content))
	return map[string]string{
		"hexadecimal": "Upload-Metadata: sha256 " + encoded(hex.EncodeToString(sum[:])),
		"Base64":      "Upload-Metadata: sha256 " + encoded(base64.StdEncoding.EncodeToString(sum[:])),
		"Repr-Digest": "Repr-Digest: sha-512=:AAAA:, sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":",
	}
}

func TestAnnouncedDigest(t *testing.T) {
	s := start(t)
	for name, line := range announced("hello world") {
		t.Run(name, func(t *testing.T) {
			path := s.create(11, line)
			s.patch(path, 0, "hello").want(t, 204)
			s.patch(path, 5, " world").want(t, 204)
			s.wantFile(path, "hello world")
			path = s.do("POST", "/files/", strings.NewReader("hello world"), stream, "Upload-Length: 11", line).want(t, 201).Header.Get("Location")
			s.wantFile(path, "hello world")
		})
	}
}

func TestWrongBytesForAnnouncedDigest(t *testing.T) {
	for name, line := range announced("hello world") {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			path := s.create(11, line)
			s.patch(path, 0, "hello").want(t, 204)
			s.patch(path, 5, " wurld").want(t, 422)
			s.do("HEAD", path, nil).want(t, 404)
			s.do("POST", "/files/", strings.NewReader("hello wurld"), stream, "Upload-Length: 11", line).want(t, 422)
			s.wantNothing()
		})
	}
}

func TestAnnouncedDigestThatMakesNoSense(t *testing.T) {
	s := start(t)
	for _, line := range []string{
		"Upload-Metadata: sha256 " + encoded("abc"),
		"Upload-Metadata: sha256",
		"Upload-Metadata: sha256 " + encoded(strings.Repeat("x", 64)),
		"Repr-Digest: sha-256=:AAAA:",
		"Repr-Digest: sha-256=:",
		"Repr-Digest: sha-256=AAAA",
	} {
		r := s.do("POST", "/files/", nil, "Upload-Length: 5", line)
		if r.StatusCode != 400 {
			t.Errorf("%s: %d", line, r.StatusCode)
		}
	}
	both := announced("x")
	s.do("POST", "/files/", nil, "Upload-Length: 1", both["hexadecimal"], both["Repr-Digest"]).want(t, 400)
	s.wantNothing()
}
