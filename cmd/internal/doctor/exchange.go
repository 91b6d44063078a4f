package doctor

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

const trialSize = 2 << 20 // length of a test upload in bytes

// exchange creates an upload, requests its offset, writes to it and terminates it. It
// reports whether the remaining checks can run.
func (e *examination) exchange(ctx context.Context) bool {
	where, created, err := e.create(ctx, trialSize)
	if !e.checkCreation(created, err) {
		return false
	}
	e.location(created.Header.Get("Location"))
	asked, ok := e.try(ctx, http.MethodHead, func() (reply, error) { return e.ask(ctx, http.MethodHead, where, nil, 0) })
	if !ok {
		return false
	}
	written, ok := e.try(ctx, http.MethodPatch, func() (reply, error) {
		return e.patch(ctx, where, 0, strings.NewReader("doctor"), 6)
	})
	if !ok {
		return false
	}
	e.headers(created, asked, written)
	_, _ = e.try(ctx, http.MethodDelete, func() (reply, error) { return e.ask(ctx, http.MethodDelete, where, nil, 0) })
	return true
}

func (e *examination) checkCreation(r reply, err error) bool {
	f := Finding{Check: "creation", Status: Fail}
	switch {
	case err != nil && r.Response == nil:
		f.Seen = fmt.Sprintf("No response to POST: %v.", err)
	case r.StatusCode == http.StatusCreated && r.Header.Get("Location") == "":
		f.Seen, f.Remedies = "The response to POST has no Location: clients cannot know where to send the bytes.", fixResponseHeaders
	case err != nil:
		f.Seen = fmt.Sprintf("The response to POST cannot be used: %v.", err)
	case r.StatusCode == http.StatusPreconditionFailed:
		f.Seen, f.Remedies = "The response to POST is 412: the server did not receive Tus-Resumable, so something removes request headers.", fixRequestHeaders
	case r.StatusCode == http.StatusUnauthorized, r.StatusCode == http.StatusForbidden:
		f.Seen = fmt.Sprintf("The response to POST is %s. Pass a token with --header to check more.", r.status())
	case r.StatusCode == http.StatusBadRequest && r.isTus():
		f.Seen, f.Remedies = fmt.Sprintf("The response to POST is %s: a proxy may have removed Upload-Length or Upload-Metadata.", r.status()), fixRequestHeaders
	case r.StatusCode != http.StatusCreated:
		f.Seen, f.Remedies = fmt.Sprintf("The response to POST is %s instead of 201.", r.status()), fixMethods
	default:
		return true
	}
	e.note(f)
	return false
}

// location compares the Location of an upload with the endpoint.
func (e *examination) location(text string) {
	u, err := e.Endpoint.Parse(text)
	if err != nil {
		e.note(Finding{"location", Fail, fmt.Sprintf("Location is %q, which is not a URL.", text), fixLocation})
		return
	}
	f := Finding{"location", OK, "Location has the address that clients use.", fixLocation}
	switch {
	case u.Scheme != e.Endpoint.Scheme:
		f.Status, f.Seen = Fail, fmt.Sprintf("Location begins with %s://, but clients use %s://. Browsers block such requests, and other clients send them without encryption.", u.Scheme, e.Endpoint.Scheme)
	case u.Host != e.Endpoint.Host:
		f.Status, f.Seen = Fail, fmt.Sprintf("Location has the host %s, but clients use %s. They cannot reach an internal name.", u.Host, e.Endpoint.Host)
	}
	e.note(f)
}

// try sends a request, and repeats it as POST with X-HTTP-Method-Override if its method
// does not get through.
func (e *examination) try(_ context.Context, method string, do func() (reply, error)) (reply, bool) {
	check := "method " + method
	r, err := do()
	if err == nil && r.StatusCode/100 == 2 {
		e.note(Finding{Check: check, Status: OK, Seen: method + " gets through."})
		return r, true
	}
	first := outcome(r, err)
	e.methods[method] = true
	r, err = do()
	if err == nil && r.StatusCode/100 == 2 {
		e.note(Finding{check, Warn, fmt.Sprintf("The response to %s is %s; it gets through only as POST with X-HTTP-Method-Override.", method, first), fixMethods})
		return r, true
	}
	e.methods[method] = false
	f := Finding{check, Fail, fmt.Sprintf("The response to %s is %s, and to POST with X-HTTP-Method-Override %s.", method, first, outcome(r, err)), fixMethods}
	if method == http.MethodDelete {
		f.Status = Warn // optional for clients
	}
	e.note(f)
	return r, false
}

func outcome(r reply, err error) string {
	if err != nil {
		return fmt.Sprintf("an error: %v", err)
	}
	return r.status()
}

// headers checks the headers that clients require in each response.
func (e *examination) headers(created, asked, written reply) {
	var missing []string
	miss := func(r reply, method string, keys ...string) {
		for _, key := range keys {
			if r.Header.Get(key) == "" {
				missing = append(missing, key+" after "+method)
			}
		}
	}
	miss(created, "POST", "Tus-Resumable")
	miss(asked, "HEAD", "Tus-Resumable", "Upload-Offset", "Upload-Length")
	miss(written, "PATCH", "Tus-Resumable", "Upload-Offset")
	if len(missing) > 0 {
		e.note(Finding{"response headers", Fail, "Responses lack " + strings.Join(missing, ", ") + ".", fixResponseHeaders})
	} else {
		e.note(Finding{Check: "response headers", Status: OK, Seen: "Responses have all headers that clients require."})
	}
	switch {
	case asked.Header.Get("Upload-Metadata") == "":
		e.note(Finding{"request headers", Warn, "The response to HEAD has no Upload-Metadata: something removes it from requests or responses, and files may lose their names.", fixRequestHeaders})
	default:
		e.note(Finding{Check: "request headers", Status: OK, Seen: "Tus-Resumable, Upload-Length, Upload-Offset and Upload-Metadata reach the server."})
	}
	if !strings.Contains(asked.Header.Get("Cache-Control"), "no-store") {
		e.note(Finding{Check: "caching", Status: Warn, Seen: "The response to HEAD has no Cache-Control: no-store; a cache could return an old offset."})
	}
}

// cleanUp terminates the test uploads.
func (e *examination) cleanUp(ctx context.Context) {
	left := 0
	for _, where := range e.made {
		r, err := e.ask(ctx, http.MethodDelete, where, nil, 0)
		if err != nil || r.StatusCode/100 != 2 && r.StatusCode != http.StatusNotFound && r.StatusCode != http.StatusGone {
			left++
		}
	}
	if left > 0 {
		e.note(Finding{Check: "clean-up", Status: Warn, Seen: fmt.Sprintf("%d test uploads could not be terminated; they remain until they expire.", left)})
	}
}
