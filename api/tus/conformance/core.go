package conformance

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func core() []section {
	return []section{
		{name: "Core/Headers", checks: []check{
			{"Upload-Offset is a number", "MUST: an offset is an integer of 0 or more; anything else changes nothing", offsetGrammar},
			{"Tus-Version is a list", "MUST: versions are split by commas, the preferred one first", versionList},
			{"Tus-Resumable is asked for", "MUST: another version, or none, gets 412 with Tus-Version, and the request is not processed", versionAsked},
			{"Tus-Extension is a list", "MUST: extensions are split by commas, and each comes with what it rests on", extensionList},
			{"Tus-Max-Size is the limit", "MUST: a known limit is told as an integer, SHOULD: it is told at all", maxSizeTold},
			{"X-HTTP-Method-Override is the method", "MUST: it is taken for the request's method", overrideWorks},
			{"X-HTTP-Method-Override hides the method", "MUST: the actual method is ignored", overrideHides},
			{"X-HTTP-Method-Override of nonsense", "MUST: a method nobody knows does nothing, whatever the actual one is", overrideNonsense},
		}},
		{name: "Core/HEAD", checks: []check{
			{"tells the offset", "MUST: Upload-Offset is there at 0, under way and at the end", headOffset},
			{"tells the length", "MUST: a known length is told; clients give up without it", headLength},
			{"of nothing", "SHOULD: 404, 410 or 403 without Upload-Offset", headNothing},
			{"is not cached", "MUST: Cache-Control: no-store on the answer", headNoStore},
			{"of nothing is not cached", "MUST: no-store on every answer to HEAD; caches may keep a 404 or 410 unasked", headNothingNoStore},
			{"has no body", "an answer to HEAD ends with its header", headNoBody},
		}},
		{name: "Core/PATCH", checks: []check{
			{"adds bytes", "MUST: 204 with the new offset, which is the old one and what was stored", patchAdds},
			{"adds bytes in chunks", "SHOULD: a body of unknown length is taken as well", patchChunked},
			{"of no bytes", "MUST: the sum of an offset and nothing is the offset", patchEmpty},
			{"of another type", "SHOULD: 415 unless the body is application/offset+octet-stream", patchType},
			{"at another offset", "MUST: 409, and the upload is as before", patchConflict},
			{"at another offset of a complete upload", "MUST: 409 there too", patchConflictComplete},
			{"without an offset", "MUST: there is one", patchNoOffset},
			{"of nothing", "SHOULD: 404", patchNothing},
			{"of the creation URL", "an upload URL is what takes PATCH", patchCollection},
			{"beyond the length", "MUST: bytes that do not belong to the upload never complete it", patchBeyond},
			{"beyond the length, in chunks", "MUST: nor do they in a body of unknown length", patchBeyondChunked},
			{"beyond a complete upload", "MUST: a complete upload takes nothing more", patchBeyondComplete},
			{"keeps what arrived", "SHOULD: as much as possible of what was received is stored", patchKeeps},
			{"keeps what arrived in chunks", "SHOULD: as much as possible is stored, and half a body is no whole one", patchKeepsChunks},
		}},
		{name: "Core/OPTIONS", checks: []check{
			{"tells of the server", "MUST: 200 or 204 with Tus-Version, whatever Tus-Resumable says", options},
			{"of an upload", "MAY be asked of any URL", optionsOfUpload},
		}},
	}
}

// notNumbers are no numbers of bytes, whatever a lenient reader makes of them.
var notNumbers = []string{"-1", "+5", "five", "0x5", "5.0", "5e0", "5 5", "5,5", "", "٥", "9223372036854775808", "99999999999999999999999"}

func offsetGrammar(p *probe) {
	target := p.create(10)
	p.patch(target, 0, "01234").added(5)
	for _, value := range notNumbers {
		p.do(http.MethodPatch, target, strings.NewReader("56789"), stream, "Upload-Offset: "+value).refused()
		p.at(target, 5)
	}
	p.do(http.MethodPatch, target, strings.NewReader("56789"), stream, offsetOf(5), offsetOf(0)).refused()
	p.at(target, 5)
	p.do(http.MethodPatch, target, strings.NewReader("56789"), stream, "Upload-Offset: 9223372036854775807").is(409)
	p.patch(target, 5, "56789").added(10)
	p.content(target, "0123456789")
}

func versionList(p *probe) {
	versions := p.list(p.do(http.MethodOptions, p.server.URL, nil), "Tus-Version")
	if !slices.Contains(versions, version) {
		p.Errorf("Tus-Version lacks %s: %q", version, versions)
	}
}

// list reads a header that is split by commas.
func (p *probe) list(a reply, key string) []string {
	p.Helper()
	values := a.Header.Values(key)
	if len(values) != 1 {
		p.Fatalf("%s is there %d times, want once", key, len(values))
	}
	items := strings.Split(values[0], ",")
	for i, item := range items {
		if item == "" || strings.TrimSpace(item) != item || slices.Contains(items[:i], item) {
			p.Errorf("%s: %q has an item that is empty, padded or there twice", key, values[0])
		}
	}
	return items
}

func versionAsked(p *probe) {
	target := p.create(5)
	for _, lines := range [][]string{
		{"-Tus-Resumable"},
		{"-Tus-Resumable", "Tus-Resumable: 0.2.2"},
		{"-Tus-Resumable", "Tus-Resumable: 1.0"},
		{"-Tus-Resumable", "Tus-Resumable: 2.0.0"},
	} {
		lines = append(lines, stream, offsetOf(0), lengthOf(5))
		for _, method := range []string{http.MethodHead, http.MethodPatch, http.MethodDelete} {
			p.do(method, target, strings.NewReader("hello"), lines...).is(412).has("Tus-Version", version)
		}
		p.post(nil, lines...).is(412).has("Tus-Version", version)
		p.at(target, 0)
	}
}

func extensionList(p *probe) {
	a := p.do(http.MethodOptions, p.server.URL, nil)
	if len(p.offered) == 0 {
		a.hasNot("Tus-Extension")
		return
	}
	rests := map[string]string{
		"creation": "", "expiration": "", "checksum": "", "termination": "", "concatenation": "",
		"creation-with-upload": "creation", "creation-defer-length": "creation",
		"checksum-trailer": "checksum", "concatenation-unfinished": "concatenation",
	}
	for _, extension := range p.list(a, "Tus-Extension") {
		if on, known := rests[extension]; !known {
			p.Errorf("the text knows no extension %q", extension)
		} else if on != "" && !p.offers(on) {
			p.Errorf("%s is offered without %s", extension, on)
		}
	}
}

func maxSizeTold(p *probe) {
	a := p.do(http.MethodOptions, p.server.URL, nil)
	if p.server.MaxSize == 0 {
		a.hasNot("Tus-Max-Size")
		return
	}
	a.has("Tus-Max-Size", strconv.FormatInt(p.server.MaxSize, 10))
}

// actual are methods that environments without PATCH and DELETE know.
var actual = []string{http.MethodPost, http.MethodPut, http.MethodGet}

func overrideWorks(p *probe) {
	for _, method := range actual {
		target := p.create(5)
		p.do(method, target, nil, "X-HTTP-Method-Override: HEAD").is(200, 204).has("Upload-Offset", "0")
		p.do(method, target, strings.NewReader("hello"), "X-HTTP-Method-Override: PATCH", stream, offsetOf(0)).added(5)
		p.content(target, "hello")
		if p.offers("termination") {
			p.do(method, target, nil, "X-HTTP-Method-Override: DELETE").is(204)
			p.gone(target)
		}
	}
	p.do(http.MethodPut, p.server.URL, nil, "X-HTTP-Method-Override: POST", lengthOf(5)).is(201)
	p.do(http.MethodPost, p.server.URL, nil, "X-HTTP-Method-Override: OPTIONS", "-Tus-Resumable").is(200, 204).has("Tus-Version", version)
}

func overrideHides(p *probe) {
	target := p.create(5)
	p.do(http.MethodDelete, target, nil, "X-HTTP-Method-Override: HEAD").is(200, 204).has("Upload-Offset", "0")
	p.do(http.MethodPatch, target, strings.NewReader("hello"), "X-HTTP-Method-Override: HEAD", stream, offsetOf(0)).is(200, 204)
	p.at(target, 0)
	p.do(http.MethodOptions, target, strings.NewReader("hello"), "X-HTTP-Method-Override: PATCH", stream, offsetOf(0)).added(5)
	p.content(target, "hello")
}

func overrideNonsense(p *probe) {
	target := p.create(5)
	for _, method := range []string{http.MethodPatch, http.MethodDelete, http.MethodPost, http.MethodHead} {
		for _, nonsense := range []string{"BREW", "PATCH, DELETE", "P\u00c4TCH", "PATCHY", "CONNECT"} {
			p.do(method, target, nil, "X-HTTP-Method-Override: "+nonsense, stream, offsetOf(0)).refused()
		}
	}
	p.at(target, 0)
}

func options(p *probe) {
	for _, lines := range [][]string{{"-Tus-Resumable"}, {}, {"-Tus-Resumable", "Tus-Resumable: 0.0.1"}} {
		p.do(http.MethodOptions, p.server.URL, nil, lines...).is(200, 204).has("Tus-Version", version)
	}
	p.do(http.MethodOptions, strings.TrimSuffix(p.server.URL, "/"), nil).is(200, 204).has("Tus-Version", version)
}

func optionsOfUpload(p *probe) {
	p.do(http.MethodOptions, p.create(5), nil).is(200, 204).has("Tus-Version", version)
}
