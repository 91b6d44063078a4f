package conformance

import (
	"net/http"
	"strconv"
)

func deferValue(p *probe) {
	for _, value := range []string{"0", "2", "01", "true", "1, 1", "", "-1"} {
		p.post(nil, "Upload-Defer-Length: "+value).is(400)
	}
	p.post(nil, "Upload-Defer-Length: 1", "Upload-Defer-Length: 1").is(400)
}

func (p *probe) lengthUnknown(target string) {
	p.Helper()
	p.head(target).is(200, 204).has("Upload-Defer-Length", "1").hasNot("Upload-Length")
}

func (p *probe) lengthKnown(target string, want int) {
	p.Helper()
	p.head(target).is(200, 204).has("Upload-Length", strconv.Itoa(want)).hasNot("Upload-Defer-Length")
}

func deferTold(p *probe) {
	target := p.deferred()
	p.lengthUnknown(target)
	p.patch(target, 0, "hello ").added(6)
	p.lengthUnknown(target)
	p.lengthKnown(p.create(5), 5)
}

func deferEnds(p *probe) {
	target := p.deferred()
	p.patch(target, 0, "hello ").added(6)
	p.patch(target, 6, "wor", lengthOf(11)).added(9)
	p.lengthKnown(target, 11)
	p.patch(target, 9, "ld").added(11)
	p.content(target, "hello world")

	target = p.deferred()
	p.patch(target, 0, "hello", lengthOf(5)).added(5)
	p.content(target, "hello")
}

func deferEndsEmpty(p *probe) {
	target := p.deferred()
	p.patch(target, 0, "hello").added(5)
	p.patch(target, 5, "", lengthOf(5)).added(5)
	p.content(target, "hello")
}

func deferOnce(p *probe) {
	target := p.deferred()
	p.patch(target, 0, "hello").added(5)
	p.patch(target, 5, "", lengthOf(4)).refused() // less than is there
	p.patch(target, 5, "", "Upload-Length: ten").refused()
	p.patch(target, 5, "", "Upload-Length: -1").refused()
	p.lengthUnknown(target)
	p.patch(target, 5, " ", lengthOf(11)).added(6)
	for _, other := range []int{0, 6, 10, 12} {
		p.patch(target, 6, "x", lengthOf(other)).refused()
	}
	p.lengthKnown(target, 11)
	p.at(target, 6)
	p.patch(target, 6, "world").added(11)
	p.content(target, "hello world")
	fixed := p.create(5)
	p.patch(fixed, 0, "hello", lengthOf(6)).refused()
	p.at(fixed, 0)
}

func deferLimit(p *probe) {
	limit := int(p.server.MaxSize)
	if limit == 0 || limit > 16<<20 {
		p.Skip("there is no limit, or none that is soon reached")
	}
	target := p.deferred()
	p.patch(target, 0, "hello", lengthOf(limit+1)).is(413)
	p.patch(p.deferred(), 0, noise(3, limit+1)).is(413)
	p.do(http.MethodPatch, p.deferred(), chunked(noise(3, limit+1)), stream, offsetOf(0)).is(413)
	target = p.deferred()
	p.patch(target, 0, noise(3, limit)).added(limit)
	p.patch(target, limit, "", lengthOf(limit)).added(limit)
	p.content(target, noise(3, limit))
}

func deferZero(p *probe) {
	target := p.deferred()
	p.patch(target, 0, "", lengthOf(0)).added(0)
	p.content(target, "")
}
