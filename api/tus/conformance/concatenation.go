package conformance

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func concatenation() []section {
	return []section{
		{"Concatenation", "concatenation", []check{
			{"partial uploads are uploads", "MUST: HEAD of one tells Upload-Concat: partial and the offset", partHead},
			{"joins in order", "MUST: the final upload holds the partial ones in the order of the list", joinOrder},
			{"HEAD of a final upload", "MUST: Upload-Offset and Upload-Length are equal, Upload-Concat is as it was sent", joinHead},
			{"takes absolute and relative URLs", "MAY: partial uploads are named either way", joinURLs},
			{"carries no metadata over", "SHALL NOT: partial uploads' metadata is not the final one's; its own is told", joinMetadata},
			{"of one", "a list may have one entry", joinOne},
			{"of empty uploads", "MUST: the length is the sum of the lengths, zeros too", joinEmpty},
			{"with a length", "MUST NOT: a final upload is asked for without Upload-Length", joinLength},
			{"with bytes", "a final upload has the bytes of its parts alone", joinBytes},
			{"of what is no partial upload", "MUST: partial uploads are what is joined", joinWrong},
			{"of the same one twice", "MAY: named twice, its bytes are there twice, or the join is refused; never once in silence", joinTwice},
			{"malformed", "MUST: the value is partial, or final; and URLs", joinMalformed},
			{"over the maximum", "MUST: 413: a sum is a length", joinTooLarge},
			{"takes no PATCH", "MUST: 403, and neither it nor its parts change", joinPatch},
			{"of deferred lengths", "MUST: the sum is that of what the parts came to", joinDeferred},
			{"is ended like any upload", "Termination: a final upload goes with DELETE", joinEnd},
			{"of unfinished uploads", "MAY be asked for only if concatenation-unfinished is offered", joinUnfinished},
			{"answers the same again", "clients ask again after a gateway's timeout, and must not get a second file", joinAgain},
		}},
		{"Concatenation/Unfinished", "concatenation-unfinished", []check{
			{"waits for its parts", "MUST: it is complete when they are; SHOULD NOT: no Upload-Offset before", waitParts},
			{"tells what it knows", "MUST: Upload-Concat always, Upload-Length once it can be reckoned", waitLength},
			{"takes no PATCH", "MUST: 403 while it waits, too", waitPatch},
		}},
	}
}

// part is a complete partial upload.
func (p *probe) part(content string, lines ...string) string {
	p.Helper()
	target := p.create(len(content), append(lines, "Upload-Concat: partial")...)
	p.patch(target, 0, content).added(len(content))
	return target
}

// pathOf is how a URL is named relative to the server.
func (p *probe) pathOf(target string) string {
	p.Helper()
	u, err := url.Parse(target)
	p.must(err)
	return u.Path
}

func finalOf(parts ...string) string { return "Upload-Concat: final;" + strings.Join(parts, " ") }

func (p *probe) join(lines ...string) string {
	p.Helper()
	return p.post(nil, lines...).is(201).location()
}

func partHead(p *probe) {
	target := p.create(5, "Upload-Concat: partial")
	p.head(target).is(200, 204).has("Upload-Concat", "partial").has("Upload-Offset", "0").has("Upload-Length", "5")
	p.patch(target, 0, "hello").added(5)
	p.head(target).is(200, 204).has("Upload-Concat", "partial").has("Upload-Offset", "5").has("Upload-Length", "5")
	p.head(p.create(5)).is(200, 204).hasNot("Upload-Concat")
}

func joinOrder(p *probe) {
	contents := []string{noise(1, 300_000), "hello", noise(2, 1<<20+1), "", noise(3, 4096)}
	var parts []string
	for _, content := range contents {
		parts = append(parts, p.part(content))
	}
	p.content(p.join(finalOf(parts...)), strings.Join(contents, ""))
	world, hello := p.part("world"), p.part("hello ")
	p.content(p.join(finalOf(hello, world)), "hello world")
}

func joinHead(p *probe) {
	concat := finalOf(p.pathOf(p.part("hello ")), p.part("world"))
	_, value, _ := strings.Cut(concat, ": ")
	target := p.join(concat)
	p.head(target).is(200, 204).has("Upload-Concat", value).has("Upload-Offset", "11").has("Upload-Length", "11")
	p.content(target, "hello world")
}

func joinURLs(p *probe) {
	p.content(p.join(finalOf(p.part("hello "), p.part("world"))), "hello world")
	p.content(p.join(finalOf(p.pathOf(p.part("hello ")), p.pathOf(p.part("world")))), "hello world")
	p.content(p.join(finalOf(p.part("hello "), p.pathOf(p.part("world")))), "hello world")
}

func joinMetadata(p *probe) {
	form := "filename " + base64Of("part")
	one, other := p.part("hello ", "Upload-Metadata: "+form), p.part("world", "Upload-Metadata: "+form)
	p.sameMetadata(one, form)
	p.head(p.join(finalOf(one, other))).is(200, 204).hasNot("Upload-Metadata")
	whole := "filename " + base64Of("whole") + ",final"
	p.sameMetadata(p.join(finalOf(p.part("hello ", "Upload-Metadata: "+form), p.part("world")), "Upload-Metadata: "+whole), whole)
}

func joinOne(p *probe) { p.content(p.join(finalOf(p.part("hello"))), "hello") }

func joinEmpty(p *probe) {
	p.content(p.join(finalOf(p.part(""), p.part("hello"), p.part(""))), "hello")
	p.content(p.join(finalOf(p.part(""), p.part(""))), "")
}

func joinLength(p *probe) {
	one := p.part("hello")
	p.post(nil, finalOf(one), lengthOf(5)).is(400)
	p.post(nil, finalOf(one), lengthOf(6)).is(400)
	p.post(nil, finalOf(one), "Upload-Defer-Length: 1").is(400)
	p.content(p.join(finalOf(one)), "hello")
}

func joinBytes(p *probe) {
	one := p.part("hello")
	p.post(strings.NewReader("x"), finalOf(one), stream).refused()
	p.post(chunked("x"), finalOf(one)).refused()
	p.content(p.join(finalOf(one)), "hello")
}

func joinWrong(p *probe) {
	one := p.part("hello")
	whole := p.create(5)
	p.patch(whole, 0, "world").added(5)
	p.post(nil, finalOf(one, whole)).refused()
	p.post(nil, finalOf(one, p.create(5))).refused()
	p.post(nil, finalOf(one, p.join(finalOf(p.part("world"))))).refused()
	p.post(nil, finalOf(one, p.server.URL)).refused()
	for _, nowhere := range p.nowhere() {
		p.post(nil, finalOf(one, nowhere)).refused()
	}
	p.content(p.join(finalOf(one)), "hello")
}

func joinTwice(p *probe) {
	one := p.part("hello")
	if a := p.post(nil, finalOf(one, one)); a.StatusCode == http.StatusCreated {
		p.content(a.location(), "hellohello")
	} else {
		a.is(400)
		p.content(p.join(finalOf(one)), "hello")
	}
}

func joinMalformed(p *probe) {
	one := p.part("hello")
	for _, value := range []string{
		"", "final", "final;", "final; ", "final " + one, "FINAL;" + one, "partial;" + one, "partials", "whole", "final;" + one + ",", "partial,final;" + one,
	} {
		p.post(nil, "Upload-Concat: "+value).is(400, 404)
		p.post(nil, "Upload-Concat: "+value, lengthOf(5)).is(400, 404)
	}
	p.post(nil, "Upload-Concat: partial", "Upload-Concat: partial", lengthOf(5)).is(400)
	p.post(nil, "Upload-Concat: partial", finalOf(one)).is(400)
	p.at(one, 5)
}

func joinTooLarge(p *probe) {
	limit := int(p.server.MaxSize)
	if limit == 0 || limit > 16<<20 {
		p.Skip("there is no limit, or none that is soon reached")
	}
	large, small := p.part(noise(1, limit)), p.part("x")
	p.post(nil, finalOf(large, small)).is(413)
	p.content(p.join(finalOf(large)), noise(1, limit))
}

func joinPatch(p *probe) {
	target := p.join(finalOf(p.part("hello "), p.part("world")))
	for _, at := range []int{0, 5, 11, 12} {
		p.patch(target, at, "").is(403)
		p.patch(target, at, "x").is(403)
		p.do(http.MethodPatch, target, chunked("x"), stream, offsetOf(at)).is(403)
	}
	p.patch(target, 11, "", lengthOf(11)).is(403)
	p.patch(target, 11, "x", lengthOf(12)).is(403)
	p.content(target, "hello world")
}

func joinDeferred(p *probe) {
	p.need("creation-defer-length")
	one := p.deferred("Upload-Concat: partial")
	p.patch(one, 0, "hello ").added(6)
	if !p.offers("concatenation-unfinished") {
		p.post(nil, finalOf(one)).refused()
	}
	p.patch(one, 6, "", lengthOf(6)).added(6)
	p.content(p.join(finalOf(one, p.part("world"))), "hello world")
}

func joinEnd(p *probe) {
	p.need("termination")
	p.ended(p.join(finalOf(p.part("hello "), p.part("world"))))
}

func joinUnfinished(p *probe) {
	if p.offers("concatenation-unfinished") {
		p.Skip("it is offered")
	}
	one, other := p.part("hello "), p.create(5, "Upload-Concat: partial")
	p.post(nil, finalOf(one, other)).is(400, 403, 409, 412, 422)
	p.patch(other, 0, "wor").added(3)
	p.post(nil, finalOf(one, other)).is(400, 403, 409, 412, 422)
	p.patch(other, 3, "ld").added(5)
	p.content(p.join(finalOf(one, other)), "hello world")
}

func joinAgain(p *probe) {
	one, other := p.part("hello "), p.part("world")
	concat := finalOf(one, other)
	first := p.join(concat)
	for range 2 {
		// A client that has not heard of the join looks at its parts first.
		p.head(one).is(200, 204).has("Upload-Offset", "6").has("Upload-Length", "6")
		p.head(other).is(200, 204).has("Upload-Offset", "5").has("Upload-Length", "5")
		if again := p.join(concat); again != first {
			p.Errorf("the same join made %s and %s", first, again)
		}
	}
	p.content(first, "hello world")
}

func waitParts(p *probe) {
	one, other := p.create(6, "Upload-Concat: partial"), p.create(5, "Upload-Concat: partial")
	target := p.join(finalOf(one, other))
	p.head(target).is(200, 204).hasNot("Upload-Offset")
	p.patch(other, 0, "world").added(5)
	p.head(target).is(200, 204).hasNot("Upload-Offset")
	p.patch(one, 0, "hello ").added(6)
	p.eventually("the join of uploads that have become complete", func() bool {
		return p.head(target).Header.Get("Upload-Offset") == "11"
	})
	p.content(target, "hello world")
}

func waitLength(p *probe) {
	p.need("creation-defer-length")
	one, other := p.create(6, "Upload-Concat: partial"), p.deferred("Upload-Concat: partial")
	concat := finalOf(one, other)
	_, value, _ := strings.Cut(concat, ": ")
	target := p.join(concat)
	p.head(target).is(200, 204).has("Upload-Concat", value).hasNot("Upload-Length")
	p.patch(other, 0, "wor", lengthOf(5)).added(3)
	p.head(target).is(200, 204).has("Upload-Concat", value).has("Upload-Length", strconv.Itoa(11))
}

func waitPatch(p *probe) {
	target := p.join(finalOf(p.create(6, "Upload-Concat: partial"), p.part("world")))
	p.patch(target, 0, "hello ").is(403)
	p.patch(target, 0, "").is(403)
}
