package tus_test

import (
	"crypto/sha1" //nolint:gosec // the protocol's
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func sha1Of(content string) string {
	sum := sha1.Sum([]byte(content)) //nolint:gosec // the protocol's
	return "sha1 " + base64.StdEncoding.EncodeToString(sum[:])
}

func sha256Of(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256 " + base64.StdEncoding.EncodeToString(sum[:])
}

func crc32cOf(content string) string {
	sum := crc32.Checksum([]byte(content), crc32.MakeTable(crc32.Castagnoli))
	return "crc32c " + base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

func TestChecksumsAreOffered(t *testing.T) {
	s := start(t)
	r := s.do("OPTIONS", "/files/", nil)
	extensions := strings.Split(r.Header.Get("Tus-Extension"), ",")
	for _, want := range []string{"checksum", "checksum-trailer"} {
		if !slices.Contains(extensions, want) {
			t.Errorf("Tus-Extension %v lacks %s", extensions, want)
		}
	}
	offered := strings.Split(r.Header.Get("Tus-Checksum-Algorithm"), ",")
	for _, want := range []string{"sha1", "sha256", "md5", "crc32c"} {
		if !slices.Contains(offered, want) {
			t.Errorf("Tus-Checksum-Algorithm %v lacks %s", offered, want)
		}
	}
}

// TestRightChecksum has bodies of every way through: held in memory, in memory and
// in a blob, with the creation, small and whole with it.
func TestRightChecksum(t *testing.T) {
	s := start(t)
	for _, size := range []int{100, 700_001, 9<<20 + 5} {
		content := noise(1, size)
		for _, of := range []func(string) string{sha1Of, sha256Of, crc32cOf} {
			path := s.create(len(content))
			cut := len(content) / 3
			s.patch(path, 0, content[:cut], "Upload-Checksum: "+of(content[:cut])).want(t, 204)
			s.wantOffset(path, cut)
			s.patch(path, cut, content[cut:], "Upload-Checksum: "+of(content[cut:])).want(t, 204)
			s.wantFile(path, content)
		}
		r := s.do("POST", "/files/", strings.NewReader(content), stream, fmt.Sprint("Upload-Length: ", len(content)), "Upload-Checksum: "+sha1Of(content))
		r.want(t, 201)
		s.wantFile(r.Header.Get("Location"), content)
	}
}

func TestWrongChecksumChangesNothing(t *testing.T) {
	s := start(t)
	for _, size := range []int{100, 700_001, 9<<20 + 5} {
		content := noise(1, size)
		path := s.create(2 * size)
		s.patch(path, 0, content).want(t, 204)
		s.patch(path, size, content, "Upload-Checksum: "+sha1Of(content+"?")).want(t, 460)
		s.wantOffset(path, size)
		s.patch(path, size, content, "Upload-Checksum: "+sha1Of(content)).want(t, 204)
		s.wantFile(path, content+content)
	}
}

func TestWrongChecksumOfCreation(t *testing.T) {
	s := start(t)
	for _, size := range []int{100, 700_001} {
		r := s.do("POST", "/files/", strings.NewReader(noise(1, size)), stream, fmt.Sprint("Upload-Length: ", size), "Upload-Checksum: "+sha1Of("other"))
		r.want(t, 460)
		if r.Header.Get("Location") != "" {
			t.Error("a failed creation has a Location")
		}
	}
	s.wantNothing()
}

func TestChecksumThatMakesNoSense(t *testing.T) {
	s := start(t)
	path := s.create(5)
	for _, header := range []string{"sha3 AAAA", "sha1", "sha1 !!!!", "sha1 AAAA", "sha1  " + sha1Of("hello")[5:]} {
		s.patch(path, 0, "hello", "Upload-Checksum: "+header).want(t, 400)
	}
	s.patch(path, 0, "hello", "Upload-Checksum: "+sha1Of("hello"), "Upload-Checksum: "+sha1Of("hello")).want(t, 400)
	s.wantOffset(path, 0)
}

func TestChecksumOfBodyCutShort(t *testing.T) {
	s := start(t)
	content := noise(1, 300_000)
	path := s.create(len(content))
	sum := "Upload-Checksum: " + sha1Of(content)
	conn := s.dial("PATCH", path, stream, offset(0), "Content-Length: 300000", sum)
	_, err := io.WriteString(conn, content[:200_000])
	check(t, err)
	check(t, conn.Close())
	s.wantOffset(path, 0)
	s.patch(path, 0, content, sum).want(t, 204)
	s.wantFile(path, content)
}

func TestChecksumTrailer(t *testing.T) {
	s := start(t)
	for _, size := range []int{5, 300_000, 9<<20 + 5} {
		content := noise(1, size)
		path := s.create(size)
		s.patchWithTrailer(path, content, sha256Of("other")).want(t, 460)
		s.patchWithTrailer(path, content, "sha3 AAAA").want(t, 400)
		s.patchWithTrailer(path, content, "").want(t, 400)
		s.wantOffset(path, 0)
		s.patchWithTrailer(path, content, sha256Of(content)).want(t, 204)
		s.wantFile(path, content)
	}
}

// patchWithTrailer sends a chunked body that is followed by its checksum, or by
// none although one was announced.
func (s *rig) patchWithTrailer(path, content, sum string) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPatch, s.URL+path, io.NopCloser(strings.NewReader(content)))
	check(s.t, err)
	r.ContentLength = -1
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	r.Header.Set("Upload-Offset", "0")
	r.Trailer = http.Header{"Upload-Checksum": nil}
	if sum != "" {
		r.Trailer.Set("Upload-Checksum", sum)
	}
	response, err := http.DefaultClient.Do(r)
	check(s.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(s.t, err)
	return reply{response, string(body)}
}

// TestWrongChecksumDeclaresNoLength has the length come with bytes that are refused.
func TestWrongChecksumDeclaresNoLength(t *testing.T) {
	s := start(t)
	path := s.do("POST", "/files/", nil, "Upload-Defer-Length: 1").want(t, 201).Header.Get("Location")
	s.patch(path, 0, "hello", "Upload-Length: 7", "Upload-Checksum: "+sha1Of("other")).want(t, 460)
	s.do("HEAD", path, nil).want(t, 200).wantHeader(t, "Upload-Defer-Length", "1").wantHeader(t, "Upload-Length", "")
	s.patch(path, 0, "hello", "Upload-Length: 4", "Upload-Checksum: "+sha1Of("hello")).want(t, 413)
	s.patch(path, 0, "hell", "Upload-Length: 4", "Upload-Checksum: "+sha1Of("hell")).want(t, 204)
	s.wantFile(path, "hell")
}
