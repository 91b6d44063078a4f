package doctor

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

const (
	mib = 1 << 20

	beforePause  = mib / 2 // bytes of a body of 1 MiB sent before a pause
	pollInterval = 300 * time.Millisecond
	polls        = 15
	expectWait   = 3 * time.Second
	// minSpeed is the minimum speed for a body to get through, in bytes per second.
	minSpeed = 64 << 10
)

// buffering sends half of a body, pauses, and checks whether the server has received any
// of it.
func (e *examination) buffering(ctx context.Context) {
	where, _, err := e.create(ctx, trialSize)
	if where == "" {
		e.note(Finding{Check: "buffering", Status: Warn, Seen: "Not checked: a second upload could not be created" + because(err) + "."})
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answered := make(chan outcomeOf, 1)
	go func() {
		r, err := e.patch(ctx, where, 0, io.MultiReader(zeros(beforePause), &pause{ctx}), mib)
		answered <- outcomeOf{r, err}
	}()
	for range polls {
		select {
		case a := <-answered:
			e.note(answeredEarly(a))
			return
		case <-time.After(pollInterval):
		}
		r, err := e.ask(ctx, http.MethodHead, where, nil, 0)
		if offset, _ := r.offset(err); offset > 0 {
			e.note(Finding{Check: "buffering", Status: OK, Seen: "The server receives bytes while the body is still being sent."})
			return
		}
	}
	e.note(e.nothingReceived())
}

func (e *examination) nothingReceived() Finding {
	if e.pawl {
		return Finding{"buffering", Fail, "Half of a body was sent, and the server had received none of it: a proxy buffers request bodies. What it has buffered is lost when the connection breaks.", fixBuffering}
	}
	return Finding{"buffering", Warn, "Half of a body was sent, and the server reported none of it. Either a proxy buffers request bodies, or this server counts a body only when it is complete.", fixBuffering}
}

// answeredEarly returns the finding for a response that arrived during the pause.
func answeredEarly(a outcomeOf) Finding {
	switch {
	case a.err != nil:
		return Finding{"buffering", Warn, fmt.Sprintf("Unknown: the connection ended in the middle of a body: %v.", a.err), fixTimeouts}
	case a.isTus():
		return Finding{Check: "buffering", Status: OK, Seen: "The server responds before the body is complete, so bodies reach it as they are sent."}
	}
	return Finding{"buffering", Fail, fmt.Sprintf("Something in front of the server answered %s in the middle of a body.", a.status()), fixBuffering}
}

type outcomeOf struct {
	reply
	err error
}

func (r reply) offset(err error) (int64, bool) {
	if err != nil || r.StatusCode/100 != 2 {
		return 0, false
	}
	return r.number("Upload-Offset")
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// pause is a reader that blocks until its context ends.
type pause struct{ ctx context.Context }

func (p *pause) Read([]byte) (int, error) {
	<-p.ctx.Done()
	return 0, p.ctx.Err()
}

// sizes sends bodies of growing size until one does not get through.
func (e *examination) sizes(ctx context.Context) {
	steps := []int64{mib, 10 * mib}
	if e.Large {
		steps = append(steps, 100*mib)
	}
	passed := int64(0)
	for _, n := range steps {
		if e.maxSize > 0 && n >= e.maxSize {
			break // above the limit of the server itself
		}
		if f := e.size(ctx, n); f != nil {
			e.note(*f)
			return
		}
		passed = n
	}
	if passed == 0 {
		e.note(Finding{Check: "body size", Status: Warn, Seen: fmt.Sprintf("Not checked: the server accepts at most %d bytes.", e.maxSize)})
		return
	}
	e.note(Finding{Check: "body size", Status: OK, Seen: fmt.Sprintf("A body of %d MiB gets through.", passed/mib)})
}

// size sends a body of n bytes. It returns nil if the body gets through.
func (e *examination) size(ctx context.Context, n int64) *Finding {
	where, created, err := e.create(ctx, n+1)
	if where == "" {
		return &Finding{Check: "body size", Status: Warn, Seen: fmt.Sprintf("Not checked for %d MiB: the response to the creation is %s.", n/mib, outcome(created, err))}
	}
	ctx, cancel := context.WithTimeout(ctx, e.Patience+time.Duration(n/minSpeed)*time.Second)
	defer cancel()
	r, err := e.send(ctx, http.MethodPatch, where, zeros(n), n, "Content-Type", offsetStream, "Upload-Offset", "0")
	switch {
	case err == nil && r.StatusCode/100 == 2:
		return nil
	case err == nil && r.StatusCode == http.StatusRequestEntityTooLarge && !r.isTus():
		return &Finding{"body size", Fail, fmt.Sprintf("Something in front of the server answers a body of %d MiB with 413.", n/mib), fixSizes}
	}
	return &Finding{"body size", Fail, fmt.Sprintf("A body of %d MiB does not get through: %s.", n/mib, outcome(r, err)), fixSizes}
}

// expectContinue sends a PATCH with Expect: 100-continue (RFC 9110 section 10.1.1).
func (e *examination) expectContinue(ctx context.Context) {
	where, _, err := e.create(ctx, trialSize)
	if where == "" {
		e.note(Finding{Check: "100-continue", Status: Warn, Seen: "Not checked: an upload could not be created" + because(err) + "."})
		return
	}
	var continued atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{Got100Continue: func() { continued.Store(true) }})
	r, err := e.patch(traced, where, 0, zeros(64<<10), 64<<10, "Expect", "100-continue")
	f := Finding{"100-continue", OK, "Expect: 100-continue gets a 100 response.", fixContinue}
	switch {
	case err != nil || r.StatusCode/100 != 2:
		f.Status, f.Seen = Warn, fmt.Sprintf("The response to a PATCH with Expect: 100-continue is %s. curl and some mobile clients send that.", outcome(r, err))
	case !continued.Load():
		f.Status, f.Seen = Warn, "Expect: 100-continue gets no 100 response; clients that send it wait about a second before each body."
	}
	e.note(f)
}

const refusedBody = 4 * mib

// refusal provokes an error response while the body is still being sent.
func (e *examination) refusal(ctx context.Context) {
	where, _, err := e.create(ctx, 2*refusedBody)
	if where == "" {
		e.note(Finding{Check: "early refusal", Status: Warn, Seen: "Not checked: an upload could not be created" + because(err) + "."})
		return
	}
	r, err := e.patch(ctx, where, 1, zeros(refusedBody), refusedBody)
	e.http.CloseIdleConnections() // nginx closes this one, without having said so in its response
	if err == nil && r.StatusCode == http.StatusRequestEntityTooLarge && !r.isTus() {
		return // reported by sizes
	}
	f := Finding{"early refusal", OK, "An error response reaches the client while it is still sending.", fixRefusal}
	switch {
	case err != nil:
		f.Status, f.Seen = Warn, fmt.Sprintf("The connection was closed before the error response arrived (%v). Browsers report a network error and retry without knowing why.", err)
	case r.StatusCode != http.StatusConflict:
		f.Status, f.Seen = Warn, fmt.Sprintf("The response to a wrong Upload-Offset is %s instead of 409: does something change or remove the header?", r.status())
		f.Remedies = fixRequestHeaders
	}
	e.note(f)
}

const trickle = 8 << 10 // bytes per second

// slow sends a body slowly for the configured time.
func (e *examination) slow(ctx context.Context) {
	if e.Slow <= 0 {
		return
	}
	n := max(1, int64(e.Slow/time.Second)) * trickle
	where, _, err := e.create(ctx, n+1)
	if where == "" {
		e.note(Finding{Check: "slow body", Status: Warn, Seen: "Not checked: an upload could not be created" + because(err) + "."})
		return
	}
	began := e.Now()
	ctx, cancel := context.WithTimeout(ctx, e.Slow+e.Patience)
	defer cancel()
	r, err := e.send(ctx, http.MethodPatch, where, &trickling{ctx, n}, n, "Content-Type", offsetStream, "Upload-Offset", "0")
	took := e.Now().Sub(began).Round(time.Second)
	if err == nil && r.StatusCode/100 == 2 {
		e.note(Finding{Check: "slow body", Status: OK, Seen: fmt.Sprintf("A body that takes %s to send gets through.", took)})
		return
	}
	e.note(Finding{"slow body", Fail, fmt.Sprintf("A slow body was ended after %s: %s.", took, outcome(r, err)), fixTimeouts})
}

type trickling struct {
	ctx  context.Context
	left int64
}

func (t *trickling) Read(p []byte) (int, error) {
	if t.left == 0 {
		return 0, io.EOF
	}
	select {
	case <-t.ctx.Done():
		return 0, t.ctx.Err()
	case <-time.After(time.Second):
	}
	n := int(min(int64(len(p)), t.left, trickle))
	clear(p[:n])
	t.left -= int64(n)
	return n, nil
}
