package conformance

import (
	"crypto/md5"  //nolint:gosec // the protocol's
	"crypto/sha1" //nolint:gosec // the protocol's
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func checksum() []section {
	return []section{
		{"Checksum", "checksum", []check{
			{"algorithms are told", "MUST: OPTIONS tells them, sha1 among them, in lower-case ASCII", sumsTold},
			{"that is right", "MAY: 204, with any of the algorithms", sumRight},
			{"that is wrong", "MUST: 460, the chunk is discarded and the offset as before", sumWrong},
			{"of an unknown algorithm", "MUST: 400, the chunk is discarded and the offset as before", sumUnknown},
			{"that is malformed", "MUST: a name, a space and Base64 of a sum; anything else changes nothing", sumMalformed},
			{"of no bytes", "MUST: the body is what is summed up, an empty one too", sumEmpty},
			{"of the last chunk", "MUST: a wrong one does not complete the upload", sumLast},
			{"at another offset", "MUST: 409 comes first, and the upload is as before", sumConflict},
			{"of a body cut short", "MUST: once all has been received, it is verified; before, nothing counts", sumCut},
			{"of a creation", "as for PATCH: a wrong one makes no upload", sumCreation},
		}},
		{"Checksum/Trailer", "checksum-trailer", []check{
			{"over HTTP/1.1", "MUST: a sum after the body counts as one before it", trailerHTTP1},
			{"over HTTP/2", "MUST: there too, where the server speaks it", trailerHTTP2},
			{"of a creation", "as for PATCH", trailerCreation},
		}},
	}
}

// algorithms are those this suite can reckon with. A CRC is its four bytes, the
// most significant first.
var algorithms = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	"crc32":  func() hash.Hash { return crc32.NewIEEE() },
	"crc32c": func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
}

func (p *probe) algorithms() []string {
	p.Helper()
	return p.list(p.do(http.MethodOptions, p.server.URL, nil), "Tus-Checksum-Algorithm")
}

func sumOf(name, content string) string {
	h := algorithms[name]()
	_, _ = io.WriteString(h, content)
	return name + " " + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func sumLine(name, content string) string { return "Upload-Checksum: " + sumOf(name, content) }

func sumsTold(p *probe) {
	names := p.algorithms()
	if !slices.Contains(names, "sha1") {
		p.Errorf("sha1 is not among %v", names)
	}
	for _, name := range names {
		if strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r >= 'A' && r <= 'Z' }) {
			p.Errorf("%q is not the name of an algorithm", name)
		}
		if algorithms[name] == nil {
			p.Errorf("this suite cannot check %q", name)
		}
	}
}

func sumRight(p *probe) {
	for _, name := range p.algorithms() {
		content := noise(4, 300_001)
		target := p.create(len(content))
		p.patch(target, 0, content[:7], sumLine(name, content[:7])).added(7)
		p.do(http.MethodPatch, target, chunked(content[7:290_000]), stream, offsetOf(7), sumLine(name, content[7:290_000])).added(290_000)
		p.patch(target, 290_000, content[290_000:], sumLine(name, content[290_000:])).added(len(content))
		p.content(target, content)
	}
}

func sumWrong(p *probe) {
	for _, name := range p.algorithms() {
		content := noise(5, 300_001)
		target := p.create(len(content))
		p.patch(target, 0, content[:7], sumLine(name, "other")).is(460)
		p.at(target, 0)
		p.patch(target, 0, content[:7], sumLine(name, content[:7])).added(7)
		p.patch(target, 7, content[7:200_000], sumLine(name, "other")).is(460)
		p.at(target, 7)
		p.patch(target, 7, content[7:]).added(len(content))
		p.content(target, content)
	}
}

// unchanged sends a body whose checksum makes no sense.
func (p *probe) unchanged(lines ...string) {
	p.Helper()
	target := p.create(10)
	p.patch(target, 0, "01234").added(5)
	p.patch(target, 5, "56789", lines...).is(400)
	p.at(target, 5)
	p.patch(target, 5, "56789").added(10)
	p.content(target, "0123456789")
}

func sumUnknown(p *probe) {
	right := sumOf("sha1", "56789")[len("sha1 "):]
	for _, name := range []string{"sha3", "SHA1", "sha-1", "none", "*", "sha1,md5"} {
		p.unchanged("Upload-Checksum: " + name + " " + right)
	}
}

func sumMalformed(p *probe) {
	right := sumOf("sha1", "56789")
	value := right[len("sha1 "):]
	for _, bad := range []string{
		"", "sha1", value, "sha1 !!!!", "sha1 AAAA", "sha1=" + value, "sha1  " + value, right + " x", right + "," + right, right[:len(right)-1],
		"sha1 " + base64.StdEncoding.EncodeToString(make([]byte, 32)), "sha1 a2a9ac6f1c7cd6be8bcd53f0e7a8cc2bd5f2e4bb",
	} {
		p.unchanged("Upload-Checksum: " + bad)
	}
	p.unchanged("Upload-Checksum: "+right, "Upload-Checksum: "+right)
}

func sumEmpty(p *probe) {
	target := p.create(5)
	p.patch(target, 0, "", sumLine("sha1", "")).added(0)
	p.patch(target, 0, "", sumLine("sha1", "x")).is(460)
	p.at(target, 0)
}

func sumLast(p *probe) {
	target := p.create(10)
	p.patch(target, 0, "01234").added(5)
	p.patch(target, 5, "5678?", sumLine("sha1", "56789")).is(460)
	p.at(target, 5)
	p.patch(target, 5, "56789", sumLine("sha1", "56789")).added(10)
	p.content(target, "0123456789")
}

func sumConflict(p *probe) {
	target := p.create(5)
	p.patch(target, 3, "lo", sumLine("sha1", "lo")).is(409)
	p.patch(target, 3, "lo", sumLine("sha1", "other")).is(409)
	p.at(target, 0)
}

func sumCut(p *probe) {
	content := noise(6, 300_000)
	target := p.create(len(content))
	w := p.dial(http.MethodPatch, target, stream, offsetOf(0), sumLine("sha1", content), "Content-Length: "+strconv.Itoa(len(content)))
	w.write(content[:200_000])
	w.half()
	if status := w.ended(); status != 0 && status < 400 {
		p.Errorf("half a body with a checksum is answered %d", status)
	}
	p.at(target, 0)
	p.patch(target, 0, content, sumLine("sha1", content)).added(len(content))
	p.content(target, content)
}

func sumCreation(p *probe) {
	p.need("creation-with-upload")
	for _, size := range sizes {
		content := noise(7, size)
		p.post(strings.NewReader(content), stream, lengthOf(size), sumLine("sha1", "other")).is(460)
		p.post(strings.NewReader(content), stream, lengthOf(size), "Upload-Checksum: sha3 AAAA").is(400)
		target := p.post(strings.NewReader(content), stream, lengthOf(size), sumLine("sha1", content)).is(201).location()
		p.content(target, content)
	}
}

func trailerHTTP1(p *probe) { p.trailers(p.server.Client) }

func trailerHTTP2(p *probe) {
	if !p.server.H2C {
		p.Skip("HTTP/2 is not spoken here without TLS")
	}
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	if a := p.trailers(&http.Client{Transport: transport}); a.ProtoMajor != 2 {
		p.Errorf("the server answered with %s", a.Proto)
	}
}

// trailers sends bodies whose checksums come after them.
func (p *probe) trailers(client *http.Client) (last reply) {
	p.Helper()
	for _, name := range p.algorithms() {
		content := noise(8, 300_000)
		target := p.create(len(content))
		for sum, status := range map[string]int{sumOf(name, "other"): 460, "sha3 AAAA": 400, name + " !": 400, "": 400} {
			p.send(client, p.trailing(http.MethodPatch, target, content, sum, offsetOf(0))).is(status)
			p.at(target, 0)
		}
		p.send(client, p.trailing(http.MethodPatch, target, content[:200_000], sumOf(name, content[:200_000]), offsetOf(0))).added(200_000)
		last = p.send(client, p.trailing(http.MethodPatch, target, content[200_000:], sumOf(name, content[200_000:]), offsetOf(200_000)))
		last.added(len(content))
		p.content(target, content)
	}
	return last
}

// trailing is a request whose checksum is announced and follows the body; an empty
// one is announced and does not.
func (p *probe) trailing(method, target, content, sum string, lines ...string) *http.Request {
	p.Helper()
	r := p.request(method, target, chunked(content), append(lines, stream)...)
	r.Trailer = http.Header{"Upload-Checksum": nil}
	if sum != "" {
		r.Trailer.Set("Upload-Checksum", sum)
	}
	return r
}

func trailerCreation(p *probe) {
	p.need("creation-with-upload")
	for _, size := range sizes {
		content := noise(9, size)
		p.send(p.server.Client, p.trailing(http.MethodPost, p.server.URL, content, sumOf("sha1", "other"), lengthOf(size))).is(460)
		p.content(p.send(p.server.Client, p.trailing(http.MethodPost, p.server.URL, content, sumOf("sha1", content), lengthOf(size))).is(201).location(), content)
	}
}
