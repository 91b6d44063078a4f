package conformance

import (
	"net/http"
	"strings"
	"time"
)

func expiration() []section {
	return []section{{"Expiration", "expiration", []check{
		{"is told at creation", "MUST: the answer to POST tells when the upload expires, as an HTTP date", expiresOfPost},
		{"is told by PATCH", "MUST: every answer to a PATCH tells it while the upload is going to expire", expiresOfPatch},
		{"is told when a PATCH fails", "MUST: every answer, that of a conflict too", expiresOfConflict},
		{"is told by HEAD", "clients that come back ask there first", expiresOfHead},
		{"ends with the upload", "unfinished uploads expire; a complete one does not", expiresNoMore},
		{"takes uploads away", "SHOULD: 404 or 410 to HEAD and PATCH afterwards", expiresReally},
	}}}
}

// expires checks that an answer tells a time to come.
func (a reply) expires() {
	a.p.Helper()
	value := a.Header.Get("Upload-Expires")
	at, err := time.Parse(http.TimeFormat, value)
	if err != nil || !strings.HasSuffix(value, " GMT") {
		a.errorf("Upload-Expires is %q, which is no HTTP date", value)
	} else if at.Before(time.Now()) {
		a.errorf("Upload-Expires is %q, which is past", value)
	}
}

func expiresOfPost(p *probe) {
	p.post(nil, lengthOf(5)).is(201).expires()
	if p.offers("creation-defer-length") {
		p.post(nil, "Upload-Defer-Length: 1").is(201).expires()
	}
	if p.offers("creation-with-upload") {
		p.post(strings.NewReader("hel"), stream, lengthOf(5)).is(201).expires()
	}
	if p.offers("concatenation") {
		p.post(nil, lengthOf(5), "Upload-Concat: partial").is(201).expires()
	}
}

func expiresOfPatch(p *probe) {
	target := p.create(5)
	p.patch(target, 0, "").added(0).expires()
	p.patch(target, 0, "hel").added(3).expires()
}

func expiresOfConflict(p *probe) {
	target := p.create(5)
	p.patch(target, 3, "lo").is(409).expires()
	p.patch(target, 0, "hel").added(3)
	p.patch(target, 0, "hel").is(409).expires()
}

func expiresOfHead(p *probe) {
	target := p.create(5)
	p.head(target).is(200, 204).expires()
	p.patch(target, 0, "hel").added(3)
	p.head(target).is(200, 204).expires()
}

func expiresNoMore(p *probe) {
	target := p.create(5)
	p.patch(target, 0, "hello").added(5).hasNot("Upload-Expires")
	p.head(target).is(200, 204).hasNot("Upload-Expires")
	p.post(nil, lengthOf(0)).is(201).hasNot("Upload-Expires")
}

func expiresReally(p *probe) {
	if p.server.Expire == nil {
		p.Skip("this server cannot be told to let an upload expire")
	}
	for _, body := range []string{"", "hel"} {
		target := p.create(5)
		p.patch(target, 0, body).added(len(body))
		p.server.Expire(p, target)
		p.gone(target)
		p.patch(target, len(body), "lo").is(404, 410)
		p.gone(target)
	}
	target := p.create(5)
	p.patch(target, 0, "hel").added(3)
	p.server.Expire(p, target)
	p.patch(target, 3, "lo").is(404, 410)
	p.gone(target)
}
