package conformance

import "net/http"

func termination() []section {
	return []section{{"Termination", "termination", []check{
		{"ends an upload", "MUST: 204, SHOULD: 404 or 410 to everything that comes later", endUnfinished},
		{"ends a complete upload", "MUST: 204 for that as well", endComplete},
		{"ends one upload", "an upload beside it goes on", endOne},
		{"of nothing", "there is nothing to end: 404 or 410", endNothing},
		{"of the creation URL", "an upload URL is what takes DELETE", endCollection},
	}}}
}

func (p *probe) end(target string) reply {
	p.Helper()
	return p.do(http.MethodDelete, target, nil)
}

// ended ends an upload and expects that to stay so.
func (p *probe) ended(target string) {
	p.Helper()
	p.end(target).is(204)
	p.staysEnded(target)
}

func (p *probe) staysEnded(target string) {
	p.Helper()
	p.head(target).is(404, 410)
	p.patch(target, 0, "x").is(404, 410)
	p.end(target).is(404, 410)
}

func endUnfinished(p *probe) {
	p.ended(p.create(5))
	target := p.create(5)
	p.patch(target, 0, "hel").added(3)
	p.ended(target)
	if p.offers("creation-defer-length") {
		p.ended(p.deferred())
	}
	if p.offers("concatenation") {
		p.ended(p.part("hello"))
	}
}

func endComplete(p *probe) {
	target := p.create(5)
	p.patch(target, 0, "hello").added(5)
	p.ended(target)
	p.ended(p.create(0))
}

func endOne(p *probe) {
	one, other := p.create(5), p.create(5)
	p.patch(one, 0, "hel").added(3)
	p.patch(other, 0, "hel").added(3)
	p.end(one).is(204)
	p.patch(other, 3, "lo").added(5)
	p.content(other, "hello")
}

func endNothing(p *probe) {
	for _, target := range p.nowhere() {
		p.end(target).is(403, 404, 410)
	}
}

func endCollection(p *probe) {
	target := p.create(5)
	p.end(p.server.URL).is(403, 404, 405)
	p.at(target, 0)
}
