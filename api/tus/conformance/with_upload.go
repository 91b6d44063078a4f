package conformance

import (
	"net/http"
	"strconv"
	"strings"
)

// sizes are bodies that a server may well store in different ways.
var sizes = []int{1, 1000, 256 << 10, 256<<10 + 1, 3<<20 + 1}

func withAll(p *probe) {
	for _, size := range sizes {
		content := noise(uint64(size), size)
		a := p.post(strings.NewReader(content), stream, lengthOf(size)).is(201).has("Upload-Offset", strconv.Itoa(size))
		p.content(a.location(), content)
	}
}

func withPart(p *probe) {
	for _, size := range sizes {
		content := noise(uint64(size), size+6)
		a := p.post(strings.NewReader(content[:size]), stream, lengthOf(size+6)).is(201).has("Upload-Offset", strconv.Itoa(size))
		p.at(a.location(), size)
		p.patch(a.location(), size, content[size:]).added(size + 6)
		p.content(a.location(), content)
	}
}

func withChunks(p *probe) {
	for _, size := range sizes {
		content := noise(uint64(size), size)
		a := p.post(chunked(content), stream, lengthOf(size)).is(201).has("Upload-Offset", strconv.Itoa(size))
		p.content(a.location(), content)
	}
}

func withNothing(p *probe) {
	p.at(p.post(nil, stream, lengthOf(5)).is(201).has("Upload-Offset", "0").location(), 0)
	p.content(p.post(nil, stream, lengthOf(0)).is(201).has("Upload-Offset", "0").location(), "")
}

func withType(p *probe) {
	for _, line := range []string{"Content-Type: text/plain", "X-None: 1"} {
		p.post(strings.NewReader("hello"), line, lengthOf(5)).refused()
		p.post(chunked("hello"), line, lengthOf(5)).refused()
	}
}

func withBeyond(p *probe) {
	for _, size := range sizes {
		p.post(strings.NewReader(noise(1, size+1)), stream, lengthOf(size)).refused()
		p.post(chunked(noise(1, size+1)), stream, lengthOf(size)).refused()
	}
	p.post(strings.NewReader("x"), stream, lengthOf(0)).refused()
	p.post(chunked("x"), stream, lengthOf(0)).refused()
}

func withTooLarge(p *probe) {
	limit := p.server.MaxSize
	if limit == 0 {
		p.Skip("there is no limit")
	}
	n := strconv.FormatInt(limit+1, 10)
	w := p.dial(http.MethodPost, p.server.URL, stream, "Upload-Length: "+n, "Content-Length: "+n, "Expect: 100-continue")
	w.next().is(413)
}

func withDeferred(p *probe) {
	p.need("creation-defer-length")
	target := p.post(strings.NewReader("hello "), stream, "Upload-Defer-Length: 1").is(201).has("Upload-Offset", "6").location()
	p.lengthUnknown(target)
	p.patch(target, 6, "world", lengthOf(11)).added(11)
	p.content(target, "hello world")
}

func withMetadata(p *probe) {
	form := metadataForms[1]
	for _, body := range []string{"", "he", "hello"} {
		p.sameMetadata(p.post(strings.NewReader(body), stream, lengthOf(5), "Upload-Metadata: "+form).is(201).location(), form)
	}
}

func withExpect(p *probe) {
	w := p.dial(http.MethodPost, p.server.URL, stream, lengthOf(5), "Content-Length: 5", "Expect: 100-continue")
	w.next().is(http.StatusContinue)
	w.write("hello")
	p.content(w.answer().is(201).has("Upload-Offset", "5").location(), "hello")
	w = p.dial(http.MethodPost, p.server.URL, stream, "Upload-Length: five", "Content-Length: 5", "Expect: 100-continue")
	w.next().is(400)
}
