package conformance

import (
	"net/http"
	"slices"
	"strings"
)

func cors() []section {
	return []section{{name: "Browsers", checks: []check{
		{"preflight", "a page of an allowed origin may use every method and header of the protocol", preflight},
		{"answers", "it sees every header of the protocol, on success and on failure", exposed},
		{"other origins", "other pages are allowed nothing, and no cache mixes the two up", foreign},
	}}}
}

func (p *probe) needOrigin() {
	p.Helper()
	if p.server.Origin == "" {
		p.Skip("no other origin is allowed")
	}
}

// names reads a list of header names or methods, in lower case.
func names(h http.Header, key string) []string {
	var all []string
	for item := range strings.SplitSeq(strings.Join(h.Values(key), ","), ",") {
		all = append(all, strings.ToLower(strings.TrimSpace(item)))
	}
	return all
}

// lists expects names in a list that is a header.
func (a reply) lists(key string, want ...string) {
	a.p.Helper()
	got := names(a.Header, key)
	for _, name := range want {
		if !slices.Contains(got, strings.ToLower(name)) {
			a.errorf("%s lacks %s", key, name)
		}
	}
}

func preflight(p *probe) {
	p.needOrigin()
	for _, target := range []string{p.server.URL, p.create(5)} {
		a := p.do(http.MethodOptions, target, nil, "-Tus-Resumable", "Origin: "+p.server.Origin,
			"Access-Control-Request-Method: PATCH", "Access-Control-Request-Headers: tus-resumable,upload-offset,content-type")
		a.is(200, 204).has("Access-Control-Allow-Origin", p.server.Origin)
		a.lists("Access-Control-Allow-Methods", "POST", "HEAD", "PATCH", "DELETE", "OPTIONS", "GET")
		a.lists("Access-Control-Allow-Headers", "Authorization", "Content-Type", "Tus-Resumable", "Upload-Checksum", "Upload-Concat",
			"Upload-Defer-Length", "Upload-Length", "Upload-Metadata", "Upload-Offset", "X-HTTP-Method-Override", "X-Request-ID", "X-Requested-With")
		a.lists("Vary", "Origin")
	}
}

func exposed(p *probe) {
	p.needOrigin()
	origin := "Origin: " + p.server.Origin
	made := p.post(nil, origin, lengthOf(5)).is(201)
	target := made.location()
	for _, a := range []reply{
		made,
		p.do(http.MethodHead, target, nil, origin).is(200, 204),
		p.patch(target, 0, "hel", origin).added(3),
		p.patch(target, 0, "hel", origin).is(409),
		p.do(http.MethodHead, p.nowhere()[0], nil, origin).is(403, 404, 410),
	} {
		a.has("Access-Control-Allow-Origin", p.server.Origin)
		a.lists("Access-Control-Expose-Headers", "Location", "Retry-After", "Tus-Checksum-Algorithm", "Tus-Extension", "Tus-Max-Size", "Tus-Resumable",
			"Tus-Version", "Upload-Concat", "Upload-Defer-Length", "Upload-Expires", "Upload-Length", "Upload-Metadata", "Upload-Offset")
		a.lists("Vary", "Origin")
	}
}

func foreign(p *probe) {
	p.needOrigin()
	target := p.create(5)
	for _, origin := range []string{"https://evil.example", "null", p.server.Origin + ".evil.example"} {
		a := p.do(http.MethodOptions, target, nil, "-Tus-Resumable", "Origin: "+origin, "Access-Control-Request-Method: PATCH")
		a.hasNot("Access-Control-Allow-Origin")
		a.lists("Vary", "Origin")
		p.do(http.MethodHead, target, nil, "Origin: "+origin).hasNot("Access-Control-Allow-Origin")
	}
	p.head(target).is(200, 204).lists("Vary", "Origin")
}
