package doctor

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	expiryWarning = 14 * 24 * time.Hour
	maxSkew       = time.Minute
)

// reach sends OPTIONS to the endpoint. It reports whether the other checks can run.
func (e *examination) reach(ctx context.Context) bool {
	began := e.Now()
	r, err := e.ask(ctx, http.MethodOptions, e.Endpoint.String(), nil, 0)
	took := e.Now().Sub(began)
	if err != nil {
		e.unreachable(err)
		return false
	}
	e.note(Finding{Check: "reachable", Status: OK, Seen: fmt.Sprintf("%s answered in %s over %s.", e.Endpoint.Host, took.Round(time.Millisecond), r.Proto)})
	e.certificate(r.TLS)
	e.clock(r, began.Add(took/2))
	return e.isTus(ctx, r)
}

func (e *examination) unreachable(err error) {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		e.note(Finding{"TLS", Fail, fmt.Sprintf("Clients reject the certificate: %v.", err), fixTLS})
		return
	}
	e.note(Finding{Check: "reachable", Status: Fail, Seen: fmt.Sprintf("No response: %v. Check that the server is running and its port is reachable.", err)})
}

func (e *examination) certificate(state *tls.ConnectionState) {
	if state == nil || len(state.PeerCertificates) == 0 {
		return
	}
	left := state.PeerCertificates[0].NotAfter.Sub(e.Now())
	f := Finding{"TLS", OK, fmt.Sprintf("%s, certificate valid for %d more days.", tls.VersionName(state.Version), int(left.Hours()/24)), fixTLS}
	if left < expiryWarning {
		f.Status = Warn
	}
	e.note(f)
}

func (e *examination) clock(r reply, here time.Time) {
	there, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		e.note(Finding{Check: "clock", Status: Warn, Seen: "The response has no valid Date, so the clocks cannot be compared."})
		return
	}
	skew := there.Sub(here)
	if skew.Abs() <= maxSkew {
		e.note(Finding{Check: "clock", Status: OK, Seen: "The clocks of server and client agree."})
		return
	}
	way := "ahead of"
	if skew < 0 {
		way = "behind"
	}
	e.note(Finding{"clock", Warn, fmt.Sprintf("The server's clock is %s %s this one. Uploads, links and tokens expire by the server's clock.", skew.Abs().Round(time.Second), way), fixClock})
}

// isTus checks the response to OPTIONS (tus 1.0, "OPTIONS").
func (e *examination) isTus(ctx context.Context, r reply) bool {
	e.pawl = e.askPawl(ctx)
	e.maxSize, _ = strconv.ParseInt(r.Header.Get("Tus-Max-Size"), 10, 64)
	versions, extensions := r.Header.Get("Tus-Version"), r.Header.Get("Tus-Extension")
	switch {
	case r.StatusCode/100 == 3:
		e.note(Finding{Check: "tus", Status: Fail, Seen: fmt.Sprintf("The server redirects to %q. Not all tus clients follow redirects: use that URL instead.", r.Header.Get("Location"))})
		return false
	case r.StatusCode == http.StatusMisdirectedRequest:
		e.note(Finding{"tus", Fail, fmt.Sprintf("The server does not accept requests for the host name %q.", e.Endpoint.Hostname()), fixHost})
		return false
	case versions == "" && r.isTus():
		e.note(Finding{"tus", Fail, "The response to OPTIONS has Tus-Resumable but no Tus-Version: something removes response headers.", fixResponseHeaders})
		return true
	case versions == "" && e.pawl:
		e.note(Finding{"tus", Fail, fmt.Sprintf("This is Pawl, but something in front of it answers OPTIONS with %s.", r.status()), fixMethods})
		return true
	case versions == "":
		e.note(Finding{Check: "tus", Status: Fail, Seen: fmt.Sprintf("The response to OPTIONS is %s, without Tus-Version: either this is not a tus endpoint, or something in front of it answers.", r.status()), Remedies: fixMethods})
		return false
	case !strings.Contains(versions, version):
		e.note(Finding{Check: "tus", Status: Fail, Seen: fmt.Sprintf("The server supports tus %s; clients use %s.", versions, version)})
		return false
	}
	f := Finding{Check: "tus", Status: OK, Seen: fmt.Sprintf("tus %s with %s.", versions, strings.ReplaceAll(extensions, ",", ", "))}
	if extensions == "" {
		f = Finding{"tus", Warn, "tus " + versions + " without Tus-Extension: clients assume that they cannot create uploads.", fixResponseHeaders}
	}
	e.note(f)
	return true
}

// askPawl reports whether the endpoint belongs to Pawl, by its REST API.
func (e *examination) askPawl(ctx context.Context) bool {
	base, ok := strings.CutSuffix(strings.TrimSuffix(e.Endpoint.String(), "/"), "/files")
	if !ok {
		return false
	}
	r, err := e.ask(ctx, http.MethodGet, base+"/api/v1/server", nil, 0)
	var server struct {
		Endpoint string `json:"tus_endpoint"`
	}
	return err == nil && r.StatusCode == http.StatusOK && json.Unmarshal([]byte(r.text), &server) == nil && server.Endpoint != ""
}
