package conformance

import (
	"net/http"
	"strconv"
	"strings"
)

func patchAdds(p *probe) {
	content := noise(1, 700_001)
	target := p.create(len(content))
	at := 0
	for _, n := range []int{1, 255 << 10, 256 << 10, 1, len(content)} {
		n = min(n, len(content)-at)
		p.patch(target, at, content[at:at+n]).added(at + n)
		at += n
		p.at(target, at)
	}
	p.content(target, content)
}

func patchChunked(p *probe) {
	target := p.create(10)
	p.do(http.MethodPatch, target, chunked("01234"), stream, offsetOf(0)).added(5)
	p.do(http.MethodPatch, target, chunked("56789"), stream, offsetOf(5)).added(10)
	p.do(http.MethodPatch, target, chunked(""), stream, offsetOf(10)).added(10)
	p.content(target, "0123456789")
}

func patchEmpty(p *probe) {
	target := p.create(5)
	p.patch(target, 0, "").added(0)
	p.patch(target, 0, "hel").added(3)
	p.patch(target, 3, "").added(3)
	p.patch(target, 3, "lo").added(5)
	p.content(target, "hello")
}

func patchType(p *probe) {
	target := p.create(5)
	for _, other := range []string{
		"", "text/plain", "application/octet-stream", "application/offset+octet-streams", "offset+octet-stream",
		"application/offset octet-stream", "application/*", "text/plain; x=application/offset+octet-stream",
		"application/offset+octet-stream, text/plain",
	} {
		lines := []string{offsetOf(0), "Content-Type: " + other}
		p.do(http.MethodPatch, target, strings.NewReader("hello"), lines...).is(415)
	}
	p.do(http.MethodPatch, target, strings.NewReader("hello"), offsetOf(0)).is(415)
	p.at(target, 0)
	p.do(http.MethodPatch, target, strings.NewReader("he"), offsetOf(0), "Content-Type: Application/Offset+Octet-Stream").added(2)
	p.do(http.MethodPatch, target, strings.NewReader("llo"), offsetOf(2), stream+"; charset=binary").added(5)
	p.content(target, "hello")
}

func patchConflict(p *probe) {
	target := p.create(10)
	p.patch(target, 0, "01234").added(5)
	for _, at := range []int{0, 4, 6, 10, 11, 1 << 40} {
		p.patch(target, at, "x").is(409)
		p.patch(target, at, "").is(409)
		p.patch(target, at, noise(1, 300_000)).is(409)
	}
	p.patch(target, 4, "x", lengthOf(11)).is(409) // whatever else is wrong
	p.at(target, 5)
	p.patch(target, 5, "56789").added(10)
	p.content(target, "0123456789")
}

func patchConflictComplete(p *probe) {
	target := p.create(5)
	p.patch(target, 0, "hello").added(5)
	for _, at := range []int{0, 4, 6} {
		p.patch(target, at, "x").is(409)
	}
	p.content(target, "hello")
}

func patchNoOffset(p *probe) {
	target := p.create(5)
	p.do(http.MethodPatch, target, strings.NewReader("hello"), stream).refused()
	p.at(target, 0)
}

func patchNothing(p *probe) {
	for _, target := range p.nowhere() {
		p.patch(target, 0, "hello").is(404, 410, 403)
	}
}

func patchCollection(p *probe) {
	p.patch(p.server.URL, 0, "hello").is(403, 404, 405)
}

// incomplete checks that a body that was too long has done no harm, and sends the
// right one.
func (p *probe) incomplete(target, content string) {
	p.Helper()
	at := p.offset(target)
	if at >= len(content) {
		p.Fatalf("a body that was too long has brought its upload to %d of %d bytes", at, len(content))
	}
	p.patch(target, at, content[at:]).added(len(content))
	p.content(target, content)
}

func patchBeyond(p *probe) {
	for _, excess := range []int{1, 2 << 20} {
		target := p.create(10)
		p.patch(target, 0, "0123").added(4)
		p.patch(target, 4, "456789"+noise(1, excess)).refused()
		p.incomplete(target, "0123456789")
	}
}

func patchBeyondChunked(p *probe) {
	for _, excess := range []int{1, 2 << 20} {
		target := p.create(10)
		p.patch(target, 0, "0123").added(4)
		p.do(http.MethodPatch, target, chunked("456789"+noise(1, excess)), stream, offsetOf(4)).refused()
		p.incomplete(target, "0123456789")
	}
}

func patchBeyondComplete(p *probe) {
	target := p.create(5)
	p.patch(target, 0, "hello").added(5)
	p.patch(target, 5, "more").refused()
	p.do(http.MethodPatch, target, chunked("more"), stream, offsetOf(5)).refused()
	p.content(target, "hello")
}

func patchKeeps(p *probe) {
	content := noise(2, 1<<20+17)
	target := p.create(len(content))
	half := 600_011
	w := p.dial(http.MethodPatch, target, stream, offsetOf(0), "Content-Length: "+strconv.Itoa(len(content)))
	w.write(content[:half])
	w.half()
	p.eventually("keeping what was received", func() bool { return p.offset(target) == half })
	p.patch(target, half, content[half:]).added(len(content))
	p.content(target, content)
}

func patchKeepsChunks(p *probe) {
	target := p.create(10)
	w := p.dial(http.MethodPatch, target, stream, offsetOf(0), "Transfer-Encoding: chunked")
	w.write("5\r\n01234\r\n5\r\n567") // nor is half a chunk lost
	w.half()
	if status := w.ended(); status != 0 && status < 400 {
		p.Errorf("a body without its end is answered %d", status)
	}
	at := p.offset(target)
	if at < 5 || at > 8 {
		p.Errorf("the offset is %d after 8 bytes, of which the last three were in a broken chunk", at)
	}
	p.patch(target, at, "0123456789"[at:]).added(10)
	p.content(target, "0123456789")
}
