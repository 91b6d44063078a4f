package conformance

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func creation() []section {
	return []section{
		{"Creation/POST", "creation", []check{
			{"makes an upload", "MUST: 201 with a Location, absolute or relative, of a resource at offset 0", createMakes},
			{"makes another each time", "MUST: each creation has a resource of its own", createAnother},
			{"without a slash", "the creation URL is known with and without its last slash", createNoSlash},
			{"needs a length", "MUST: Upload-Length, or else Upload-Defer-Length, is there, and is a number", createLength},
			{"of an empty file", "MAY: Upload-Length: 0 is complete without any PATCH", createEmpty},
			{"over the maximum", "MUST: 413 if the length exceeds the maximum", createTooLarge},
			{"of huge length", "MUST: a length is 0 or more, and no number is taken for another", createHuge},
		}},
		{"Creation/Upload-Metadata", "creation", []check{
			{"comes back", "MUST: HEAD tells the metadata as the client gave it", metadataBack},
			{"comes back at the end", "MUST: a complete upload still has it", metadataComplete},
			{"of 8 KiB", "MAY be ignored or refused, not cut short", metadataLarge},
			{"that is malformed", "MUST: keys are there once and not empty, values are Base64; else it is refused", metadataMalformed},
			{"makes no headers", "SHOULD: values are looked at before they can become headers", metadataSmuggling},
			{"is not there", "MUST: without any there is none to tell", metadataNone},
		}},
		{"Creation/Upload-Defer-Length", "creation-defer-length", []check{
			{"is 1", "SHOULD: any other value gets 400", deferValue},
			{"is told", "MUST: HEAD tells Upload-Defer-Length: 1, and no length, while it is unknown", deferTold},
			{"ends with a length", "MUST: a length can be given with any PATCH, and is then told", deferEnds},
			{"ends with a length alone", "MUST: the PATCH that tells it may bring no bytes", deferEndsEmpty},
			{"ends once", "MUST: once set, the length is not changed", deferOnce},
			{"has a limit", "MUST: the maximum holds for a length told late, and for bytes without one", deferLimit},
			{"of an empty file", "MUST: a length of 0 told late completes an empty upload", deferZero},
		}},
		{"Creation With Upload", "creation-with-upload", []check{
			{"takes all", "MUST: Upload-Offset tells how much was accepted; all of it completes the upload", withAll},
			{"takes a part", "MUST: the rest follows with PATCH", withPart},
			{"takes chunks", "SHOULD: as many bytes as possible are accepted", withChunks},
			{"takes nothing", "MUST: no bytes is an offset of 0", withNothing},
			{"of another type", "MUST: bytes of another type are not taken for the upload's, nor passed over in silence", withType},
			{"beyond the length", "MUST: rules as for PATCH: too many bytes are no upload", withBeyond},
			{"over the maximum", "MUST: 413, before the bytes travel where the client waits", withTooLarge},
			{"of unknown length", "MUST: a deferred length goes with it", withDeferred},
			{"keeps the metadata", "MUST: metadata of a creation, whole or in part, is told", withMetadata},
			{"after 100 Continue", "SHOULD: a client that waits is told to go on, or of the refusal", withExpect},
		}},
	}
}

func createMakes(p *probe) {
	target := p.create(5)
	p.at(target, 0)
	p.patch(target, 0, "hello").added(5)
	p.content(target, "hello")
}

func createAnother(p *probe) {
	var seen []string
	for range 3 {
		target := p.create(5, "Upload-Metadata: filename "+base64Of("same"))
		if slices.Contains(seen, target) {
			p.Errorf("two creations answer with %s", target)
		}
		seen = append(seen, target)
	}
	p.patch(seen[0], 0, "hello").added(5)
	p.at(seen[1], 0)
}

func createNoSlash(p *probe) {
	p.at(p.do(http.MethodPost, strings.TrimSuffix(p.server.URL, "/"), nil, lengthOf(5)).is(201).location(), 0)
}

func createLength(p *probe) {
	p.post(nil).is(400)
	for _, value := range notNumbers {
		p.post(nil, "Upload-Length: "+value).is(400, 413)
	}
	p.post(nil, lengthOf(5), lengthOf(6)).is(400)
	p.post(nil, lengthOf(5), "Upload-Defer-Length: 1").is(400)
}

func createEmpty(p *probe) {
	target := p.create(0)
	p.content(target, "")
	p.patch(target, 0, "").added(0)
	p.content(target, "")
}

func createTooLarge(p *probe) {
	if p.server.MaxSize == 0 {
		p.Skip("there is no limit")
	}
	p.post(nil, "Upload-Length: "+strconv.FormatInt(p.server.MaxSize+1, 10)).is(413)
	p.post(nil, "Upload-Length: 9223372036854775807").is(413)
	p.post(nil, "Upload-Length: "+strconv.FormatInt(p.server.MaxSize, 10)).is(201)
}

func createHuge(p *probe) {
	p.post(nil, "Upload-Length: 18446744073709551617").is(400, 413)     // 1 after 64 bits
	p.post(nil, "Upload-Length: 9223372036854775807").is(400, 413, 507) // more than any disk
	a := p.post(nil, "Upload-Length: 010")
	if a.StatusCode == 201 { // digits are decimal
		p.head(a.location()).has("Upload-Length", "10")
	} else {
		a.is(400)
	}
}
