package doctor

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

var (
	// corsSends are the headers that tus-js-client and Uppy send.
	corsSends = []string{"Authorization", "Content-Type", "Tus-Resumable", "Upload-Length", "Upload-Metadata",
		"Upload-Offset", "Upload-Defer-Length", "Upload-Concat", "X-HTTP-Method-Override", "X-Request-ID", "X-Requested-With"}
	// corsReads are the headers that they read.
	corsReads = []string{"Location", "Upload-Offset", "Upload-Length", "Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Upload-Metadata"}
)

// cors sends the preflight request of a page of the given origin (Fetch standard, "CORS
// protocol").
func (e *examination) cors(ctx context.Context) {
	if e.Origin == "" {
		return
	}
	browser := *e // preflights are sent without credentials
	browser.Header = nil
	r, err := browser.ask(ctx, http.MethodOptions, e.Endpoint.String(), nil, 0, "Origin", e.Origin,
		"Access-Control-Request-Method", http.MethodPatch,
		"Access-Control-Request-Headers", strings.ToLower(strings.Join(corsSends, ",")))
	e.note(e.preflight(r, err))
}

// corsAnswers checks which response headers a page may read.
func (e *examination) corsAnswers(ctx context.Context) {
	if e.Origin == "" {
		return
	}
	where, r, err := e.create(ctx, trialSize)
	if where != "" {
		r, err = e.ask(ctx, http.MethodHead, where, nil, 0, "Origin", e.Origin)
	}
	e.note(e.exposed(r, err))
}

func (e *examination) preflight(r reply, err error) Finding {
	const check = "CORS preflight"
	if err != nil {
		return Finding{check, Fail, fmt.Sprintf("No response: %v.", err), fixCORS}
	}
	if r.StatusCode/100 != 2 {
		return Finding{check, Fail, fmt.Sprintf("The response is %s. It must be 2xx, without authentication.", r.status()), fixCORS}
	}
	if fault := e.allowed(r.Header); fault != "" {
		return Finding{check, Fail, fault, fixCORS}
	}
	var missing []string
	for _, method := range []string{http.MethodPost, http.MethodHead, http.MethodPatch, http.MethodDelete} {
		if !lists(r.Header, "Access-Control-Allow-Methods", method) {
			missing = append(missing, method)
		}
	}
	for _, key := range corsSends {
		// The wildcard does not include Authorization.
		if !lists(r.Header, "Access-Control-Allow-Headers", key) {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		return Finding{check, Fail, "It does not allow " + strings.Join(missing, ", ") + ".", fixCORS}
	}
	return Finding{Check: check, Status: OK, Seen: "Pages of " + e.Origin + " may send the methods and headers of tus clients."}
}

func (e *examination) allowed(h http.Header) string {
	switch origins := h.Values("Access-Control-Allow-Origin"); {
	case len(origins) == 0:
		return "It has no Access-Control-Allow-Origin: pages of " + e.Origin + " may not upload."
	case len(origins) > 1 || strings.Contains(origins[0], ","):
		return "Access-Control-Allow-Origin is set twice, by server and proxy; browsers reject that."
	case origins[0] != "*" && origins[0] != e.Origin:
		return fmt.Sprintf("Access-Control-Allow-Origin is %s instead of %s.", origins[0], e.Origin)
	}
	return ""
}

func (e *examination) exposed(r reply, err error) Finding {
	const check = "CORS answers"
	if err != nil {
		return Finding{check, Fail, fmt.Sprintf("No response: %v.", err), fixCORS}
	}
	if fault := e.allowed(r.Header); fault != "" {
		return Finding{check, Fail, fault, fixCORS}
	}
	var missing []string
	for _, key := range corsReads {
		if !lists(r.Header, "Access-Control-Expose-Headers", key) {
			missing = append(missing, key)
		}
	}
	if len(missing) == 0 {
		return Finding{Check: check, Status: OK, Seen: "Pages may read the headers that tus clients require."}
	}
	f := Finding{check, Warn, "Access-Control-Expose-Headers lacks " + strings.Join(missing, ", ") + ": pages cannot read these.", fixCORS}
	for _, key := range corsReads[:3] { // without these no upload works
		if slices.Contains(missing, key) {
			f.Status = Fail
		}
	}
	return f
}

func lists(h http.Header, list, word string) bool {
	for entry := range strings.SplitSeq(strings.Join(h.Values(list), ","), ",") {
		entry = strings.TrimSpace(entry)
		if strings.EqualFold(entry, word) || entry == "*" && word != "Authorization" {
			return true
		}
	}
	return false
}
