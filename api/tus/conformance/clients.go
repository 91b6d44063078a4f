package conformance

import (
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

func clients() []section {
	return []section{{name: "Clients", checks: []check{
		{"HEAD while the server cannot tell", "423: after any other failure clients begin again from zero", headOutage},
		{"HEAD during a PATCH", "looking does not stop what is being sent", headDuringPatch},
		{"the last PATCH again", "a client that missed the answer learns that all is well", lastAgain},
		{"refused while sending", "the reason arrives although the body is still on its way", refusedEarly},
		{"after a refusal", "a connection that stays open is at the next request, not in the middle of a body", refusedThenNext},
		{"100 Continue", "a client that waits is asked for its bytes, or refused without them", patchExpect},
		{"a body that is shorter than it says", "what came is kept, and never taken for all", shorter},
		{"cut at any point", "what was told is there, and the upload goes on from it", cutAnywhere},
		{"two PATCHes at once", "their bytes never mix; the newer goes on when the older is stuck", twoAtOnce},
		{"a crowd at once", "many at one offset: the bytes of one, and a whole upload in the end", crowd},
		{"DELETE during a PATCH", "the PATCH is stopped and the upload gone", deleteDuringPatch},
		{"many small uploads at once", "each has its own bytes", manySmall},
	}}}
}

func headOutage(p *probe) {
	if p.server.Outage == nil {
		p.Skip("nothing can be taken from this server")
	}
	target := p.create(10)
	p.patch(target, 0, "01234").added(5)
	restore := p.server.Outage(p, target)
	a := p.head(target)
	restore()
	a.is(423)
	if a.Header.Get("Retry-After") == "" {
		a.errorf("Retry-After does not say when to come back")
	}
	p.patch(target, 5, "56789").added(10)
	p.content(target, "0123456789")
}

// begun is a PATCH that has sent a part of its body, and the server has it.
func (p *probe) begun(target string, at, length int, body string) *wire {
	p.Helper()
	w := p.dial(http.MethodPatch, target, stream, offsetOf(at), "Content-Length: "+strconv.Itoa(length))
	w.write(body)
	p.eventually("taking in what has been sent", func() bool { return p.offset(target) == at+len(body) })
	return w
}

func headDuringPatch(p *probe) {
	content := noise(10, 1<<20)
	target := p.create(len(content))
	w := p.begun(target, 0, len(content), content[:300_000])
	for range 5 {
		p.at(target, 300_000)
	}
	w.write(content[300_000:])
	w.answer().added(len(content))
	p.content(target, content)
}

func lastAgain(p *probe) {
	target := p.create(10)
	p.patch(target, 0, "01234").added(5)
	p.patch(target, 5, "56789").added(10)
	for range 2 {
		p.patch(target, 10, "").added(10)
		p.patch(target, 5, "56789").is(409)
		p.content(target, "0123456789")
	}
}

func refusedEarly(p *probe) {
	body := noise(11, 8<<20)
	n := "Content-Length: " + strconv.Itoa(len(body))
	target := p.create(len(body))
	p.patch(target, 0, "x").added(1)
	for name, w := range map[string]*wire{
		"409": p.dial(http.MethodPatch, target, stream, offsetOf(0), n),
		"404": p.dial(http.MethodPatch, p.nowhere()[1], stream, offsetOf(0), n),
		"413": p.dial(http.MethodPatch, p.create(5), stream, offsetOf(0), n),
		"415": p.dial(http.MethodPatch, target, "Content-Type: text/plain", offsetOf(1), n),
		"400": p.dial(http.MethodPost, p.server.URL, stream, "Upload-Length: five", n),
		"412": p.dial(http.MethodPatch, target, "-Tus-Resumable", stream, offsetOf(1), n),
	} {
		if _, err := io.WriteString(w.conn, body); err != nil {
			p.Errorf("%s: the connection broke while the body was being sent: %v", name, err)
			continue
		}
		status, err := strconv.Atoi(name)
		p.must(err)
		w.answer().is(status)
	}
	p.at(target, 1)
}

func refusedThenNext(p *probe) {
	target := p.create(5)
	evil := "DELETE " + p.pathOf(target) + " HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\n\r\n"
	w := p.dial(http.MethodPatch, target, stream, offsetOf(3), "Content-Length: "+strconv.Itoa(len(evil)))
	w.write(evil)
	if a := w.answer().is(409); !a.Close {
		w.ask(http.MethodHead, w.asked.URL)
		w.answer().is(200, 204).has("Upload-Offset", "0")
	}
	p.at(target, 0)
}

func patchExpect(p *probe) {
	target := p.create(5)
	w := p.dial(http.MethodPatch, target, stream, offsetOf(0), "Content-Length: 5", "Expect: 100-continue")
	w.next().is(http.StatusContinue)
	w.write("hello")
	w.answer().added(5)
	p.content(target, "hello")
	for _, refused := range []struct{ status, at, length int }{{409, 2, 3}, {413, 5, 3}} {
		w := p.dial(http.MethodPatch, target, stream, offsetOf(refused.at), "Content-Length: "+strconv.Itoa(refused.length), "Expect: 100-continue")
		w.next().is(refused.status)
	}
	p.content(target, "hello")
}

func shorter(p *probe) {
	target := p.create(10)
	w := p.dial(http.MethodPatch, target, stream, offsetOf(0), "Content-Length: 10")
	w.write("01234")
	w.half()
	if status := w.ended(); status != 0 && status < 400 {
		p.Errorf("half a body is answered %d", status)
	}
	p.at(target, 5)
	p.patch(target, 5, "56789").added(10)
	p.content(target, "0123456789")
}

func cutAnywhere(p *probe) {
	content := noise(12, 2<<20+1234)
	target := p.create(len(content))
	dice := rand.New(rand.NewPCG(1, 2))
	told := 0
	for cuts := 0; cuts < 12; {
		at := p.offset(target)
		if at < told || at > len(content) {
			p.Fatalf("the offset went from %d to %d", told, at)
		}
		told = at
		left := len(content) - at
		w := p.dial(http.MethodPatch, target, stream, offsetOf(at), "Content-Length: "+strconv.Itoa(left))
		w.write(content[at : at+dice.IntN(left/3+1)])
		w.cut()
		cuts++
	}
	p.resume(target, content)
	p.content(target, content)
}

// resume brings an upload to its end as a client does: it asks, sends the rest,
// and asks again when another of its requests was still being dealt with.
func (p *probe) resume(target, content string) {
	p.Helper()
	p.eventually("the end of an upload", func() bool {
		at := p.offset(target)
		return p.patch(target, at, content[at:]).is(204, 409).StatusCode == 204
	})
}

func twoAtOnce(p *probe) {
	content, other := noise(13, 1<<20), noise(14, 1<<20)
	target := p.create(len(content))
	half := 400_000
	older := p.begun(target, 0, len(content), content[:half])
	p.patch(target, half, content[half:]).added(len(content))
	_, _ = io.WriteString(older.conn, other[half:]) // what the older still sends belongs nowhere
	if status := older.ended(); status != 0 && status < 400 {
		p.Errorf("the PATCH that was overtaken is answered %d", status)
	}
	p.content(target, content)
}

func crowd(p *probe) {
	target := p.create(1 << 20)
	contents := make([]string, 6)
	var all sync.WaitGroup
	for i := range contents {
		contents[i] = noise(uint64(20+i), 1<<20)
		r := p.request(http.MethodPatch, target, strings.NewReader(contents[i]), stream, offsetOf(0))
		all.Go(func() {
			if answer, err := p.server.Client.Do(r); err == nil { // one that was overtaken may be cut
				_ = answer.Body.Close()
			}
		})
	}
	all.Wait()
	// Whose bytes they are does not matter: they are of one, as no other began where
	// that one ended.
	at := p.offset(target)
	for i := range contents {
		contents[i] = contents[i][:at] + noise(99, 1<<20-at)
	}
	if at < 1<<20 {
		p.patch(target, at, noise(99, 1<<20-at)).added(1 << 20)
	}
	if got := p.read(target); !slices.Contains(contents, got) {
		p.Errorf("the %d bytes are not those of one request", len(got))
	}
}

func deleteDuringPatch(p *probe) {
	p.need("termination")
	content := noise(15, 1<<20)
	target := p.create(len(content))
	w := p.begun(target, 0, len(content), content[:300_000])
	p.end(target).is(204)
	if status := w.ended(); status != 0 && status < 400 {
		p.Errorf("the PATCH of an upload that was ended is answered %d", status)
	}
	p.staysEnded(target)
}

func manySmall(p *probe) {
	targets := make([]string, 16)
	var all sync.WaitGroup
	for i := range targets {
		targets[i] = p.create(1000)
		r := p.request(http.MethodPatch, targets[i], strings.NewReader(noise(uint64(i), 1000)), stream, offsetOf(0))
		all.Go(func() {
			answer, err := p.server.Client.Do(r)
			if err != nil {
				p.Error(err)
				return
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusNoContent {
				p.Errorf("status %d", answer.StatusCode)
			}
		})
	}
	all.Wait()
	for i, target := range targets {
		p.content(target, noise(uint64(i), 1000))
	}
}
