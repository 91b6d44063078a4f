package conformance

import (
	"net/http"
	"slices"
	"strings"
)

func headOffset(p *probe) {
	target := p.create(10)
	p.at(target, 0)
	p.patch(target, 0, "0123").added(4)
	p.at(target, 4)
	p.patch(target, 4, "456789").added(10)
	p.at(target, 10)
}

func headLength(p *probe) {
	target := p.create(5)
	p.head(target).is(200, 204).has("Upload-Length", "5")
	p.patch(target, 0, "hello").added(5)
	p.head(target).is(200, 204).has("Upload-Length", "5")
}

// nowhere are URLs below the creation URL that name no upload.
func (p *probe) nowhere() []string {
	p.Helper()
	base := strings.TrimSuffix(p.server.URL, "/") + "/"
	id := p.create(5)
	id = id[strings.LastIndexByte(id, '/')+1:]
	turned := []byte(id)
	slices.Reverse(turned)
	names := []string{
		"x", string(turned), id + "x", id[:len(id)-1], id + "/", id + "/x", "x/" + id, id + ".info", id + "%00", id + "%2f", strings.ToUpper(id),
		"..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5cx", "%00", "%0d%0aX-Evil:%201", strings.Repeat("a", 4000),
	}
	for i := range names {
		names[i] = base + names[i]
	}
	return names
}

func headNothing(p *probe) {
	for _, target := range p.nowhere() {
		p.gone(target)
	}
}

func headNoStore(p *probe) {
	target := p.create(5)
	p.head(target).is(200, 204).has("Cache-Control", "no-store")
	p.patch(target, 0, "hello").added(5)
	p.head(target).is(200, 204).has("Cache-Control", "no-store")
}

func headNothingNoStore(p *probe) {
	p.head(p.nowhere()[1]).is(404, 410, 403).has("Cache-Control", "no-store")
}

func headNoBody(p *probe) {
	target := p.create(5)
	p.patch(target, 0, "hello").added(5)
	w := p.dial(http.MethodHead, target)
	w.answer().is(200, 204)
	w.ask(http.MethodHead, w.asked.URL) // anything left behind would be taken for this answer
	w.answer().is(200, 204).has("Upload-Offset", "5")
}
