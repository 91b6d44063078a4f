// Package conformance walks the tus 1.0 text section by section, over HTTP and
// against any server that speaks it, and then through what clients in the field
// need to keep their progress. Each check is named for its section and says in a
// sentence what is asked there; MUST, SHOULD and MAY are the text's.
package conformance

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Server is the server to be checked, and what it is known to do.
type Server struct {
	URL     string   // where uploads are created; http only
	Want    []string // extensions that have to be offered
	MaxSize int64    // what Tus-Max-Size has to say, in bytes; 0: there is no limit
	H2C     bool     // it speaks HTTP/2 without TLS as well
	Origin  string   // of another site whose pages may use it; empty: nothing is said of CORS

	Client *http.Client // nil: one that follows no redirect
	Header http.Header  // sent with every request, such as credentials

	// Content reads what a finished upload has become. nil: a GET of its URL does.
	Content func(t testing.TB, url string) []byte
	// Expire makes an unfinished upload expire. nil: it is not checked that one can.
	Expire func(t testing.TB, url string)
	// Outage takes away, for a while, what the server needs to know of an upload,
	// and returns what brings it back. nil: it is not checked how one is told.
	Outage func(t testing.TB, url string) (restore func())
}

// check is one sentence of the text, or of what clients need.
type check struct {
	name string
	says string
	run  func(*probe)
}

// section is the checks of one section; they apply if its extension is offered.
type section struct {
	name      string
	extension string // empty: the core
	checks    []check
}

func sections() []section {
	return slices.Concat(core(), creation(), expiration(), checksum(), termination(), concatenation(), clients(), cors())
}

// Run checks the server. What it does not offer in Tus-Extension is passed over,
// unless it is in Want.
func Run(t *testing.T, server Server) {
	offered := server.prepare(t)
	for _, want := range server.Want {
		if !slices.Contains(offered, want) {
			t.Errorf("Tus-Extension lacks %s: %v", want, offered)
		}
	}
	if !slices.Contains(offered, "creation") {
		t.Fatal("the checks need uploads, and the server does not offer creation")
	}
	for _, s := range sections() {
		if s.extension != "" && !slices.Contains(offered, s.extension) {
			continue
		}
		for _, c := range s.checks {
			t.Run(s.name+"/"+c.name, func(t *testing.T) {
				defer func() {
					if t.Failed() {
						t.Log(c.says)
					}
				}()
				c.run(&probe{TB: t, server: server, offered: offered})
			})
		}
	}
}

// prepare fills in defaults and asks what the server offers.
func (s *Server) prepare(t *testing.T) (offered []string) {
	t.Helper()
	if s.Client == nil {
		transport := &http.Transport{}
		t.Cleanup(transport.CloseIdleConnections)
		s.Client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}
	}
	p := &probe{TB: t, server: *s}
	if list := p.do(http.MethodOptions, s.URL, nil, "-Tus-Resumable").is(200, 204).Header.Get("Tus-Extension"); list != "" {
		offered = strings.Split(list, ",")
	}
	return offered
}

func (p *probe) offers(extension string) bool { return slices.Contains(p.offered, extension) }

// need ends a check that rests on an extension beside its section's own.
func (p *probe) need(extension string) {
	p.Helper()
	if !p.offers(extension) {
		p.Skipf("%s is not offered", extension)
	}
}
