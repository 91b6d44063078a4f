// Package doctor tells an operator what stands between a client and a tus server:
// it asks the server what a client would ask, through whatever lies on the way,
// and says of each answer what is wrong with it and which setting mends it.
//
// It says no more than it knows. What it creates, it never completes, and
// terminates at the end.
package doctor

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"time"
)

// Config is what is to be examined, and how.
type Config struct {
	Endpoint *url.URL    // of the tus server
	Header   http.Header // for requests to it
	Origin   string      // of a page that is to upload; empty: CORS is not examined
	Large    bool        // try bodies of 100 MiB too
	Slow     time.Duration
	TLS      *tls.Config // nil: as usual
	Now      func() time.Time
	// Patience is how long a request may take; 30 seconds if zero.
	Patience time.Duration
}

// examination is one run.
type examination struct {
	Config
	http     *http.Client
	findings []Finding
	made     []string // uploads to be terminated

	pawl    bool
	maxSize int64           // that the server names, 0 if none
	methods map[string]bool // that have to be sent as another one
	via     []string        // products that the answers show
}

// Examine runs every check that makes sense after those before it. The context's
// end cuts it short.
func Examine(ctx context.Context, c Config) Report {
	if c.Patience <= 0 {
		c.Patience = 30 * time.Second
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: c.TLS, ForceAttemptHTTP2: true, ExpectContinueTimeout: expectWait}
	defer transport.CloseIdleConnections()
	e := &examination{Config: c, methods: map[string]bool{}, http: &http.Client{
		Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}}
	if e.reach(ctx) {
		e.examineRest(ctx)
	}
	return Report{URL: withoutQuery(c.Endpoint), Via: e.via, Findings: e.findings}
}

// withoutQuery returns a URL as a report can have it, which others will read: a query
// may hold a token.
func withoutQuery(u *url.URL) string {
	shown := *u
	shown.RawQuery = ""
	return shown.String()
}

func (e *examination) examineRest(ctx context.Context) {
	defer e.cleanUp(context.WithoutCancel(ctx))
	e.http2(ctx)
	e.cors(ctx)
	if !e.exchange(ctx) {
		return
	}
	e.corsAnswers(ctx)
	e.buffering(ctx)
	e.goOn(ctx)
	e.refusal(ctx)
	e.sizes(ctx)
	e.slow(ctx)
}

func (e *examination) note(f Finding) {
	if f.Status == OK {
		f.Remedies = nil
	}
	e.findings = append(e.findings, f)
}
