// Package doctor diagnoses the connection between a client and a tus server. It sends the
// requests of a client, checks the responses, and lists settings of proxies that fix the
// problems it finds.
//
// The uploads it creates are never completed, and terminated at the end.
package doctor

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"time"
)

// Config configures an examination.
type Config struct {
	Endpoint *url.URL      // of the tus server
	Header   http.Header   // for requests to the endpoint
	Origin   string        // of a page, to check CORS; may be empty
	Large    bool          // also try a body of 100 MiB
	Slow     time.Duration // how long to send a slow body; 0 not to
	TLS      *tls.Config   // default if nil
	Now      func() time.Time
	// Patience is the timeout of a request; 30 seconds if zero.
	Patience time.Duration
}

// examination is the state of one run.
type examination struct {
	Config
	http     *http.Client
	findings []Finding
	made     []string // URLs of uploads to terminate

	pawl    bool
	maxSize int64           // Tus-Max-Size in bytes, 0 if none
	methods map[string]bool // methods that require X-HTTP-Method-Override
	via     []string        // products identified in responses
}

// Examine runs the checks and returns a report. Checks that depend on a failed one are
// skipped, and all remaining ones if ctx ends.
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

// withoutQuery returns a URL for the report, without the query, which may contain a token.
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
	e.expectContinue(ctx)
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
