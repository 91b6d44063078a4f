package api

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl"
)

// message is one server-sent event, or a comment.
type message struct{ id, event, data, comment string }

// follow reads an event stream. The channel is closed at its end.
func (h *harness) follow(headers ...string) (<-chan message, func()) {
	h.t.Helper()
	ctx, stop := context.WithCancel(h.t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", h.url+"/api/v1/events", nil)
	check(h.t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	check(h.t, err)
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		h.t.Fatalf("%s %s", resp.Status, got)
	}
	out := make(chan message, 100)
	go func() {
		defer close(out)
		defer resp.Body.Close()
		readMessages(bufio.NewScanner(resp.Body), out)
	}()
	return out, stop
}

func readMessages(lines *bufio.Scanner, out chan<- message) {
	var m message
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "id":
			m.id = value
		case "event":
			m.event = value
		case "data":
			m.data = value
		case "":
			m.comment = value
			if lines.Text() == "" {
				out <- m
				m = message{}
			}
		}
	}
}

// next returns the next message of one of the given types.
func next(t *testing.T, from <-chan message, events ...string) message {
	t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		select {
		case m, ok := <-from:
			if !ok {
				t.Fatalf("the stream ended before any of %v", events)
			}
			for _, e := range events {
				if m.event == e {
					return m
				}
			}
		case <-timeout:
			t.Fatalf("none of %v came", events)
		}
	}
}

var everyEvent = []string{
	"upload.started", "upload.ended", "file.created", "file.changed", "file.deleted", "reset",
}

func quick(c *Config) {
	c.intervals = intervals{progress: 20 * time.Millisecond, gather: time.Millisecond}
}

func TestEventsTellAFilesLife(t *testing.T) {
	h := newHarness(t, quick)
	stream, _ := h.follow()
	next(t, stream, "") // the head
	id := h.begin(pawl.Local, "a.txt", "text/plain", 10)
	started := decode[uploadView](t, next(t, stream, everyEvent...).data)
	if started.ID != string(id) || started.Name != "a.txt" || *started.Length != 10 {
		t.Errorf("started: %+v", started)
	}
	h.append(pawl.Local, id, 0, "01234")
	for {
		p := decode[uploadView](t, next(t, stream, "upload.progress").data)
		if p.ID == string(id) && p.Offset == 5 && *p.Length == 10 && p.Name == "a.txt" {
			break
		}
	}
	h.append(pawl.Local, id, 5, "56789")
	seen := map[string]string{}
	for range 2 {
		m := next(t, stream, everyEvent...)
		seen[m.event] = m.data
	}
	if !strings.Contains(seen["upload.ended"], `"outcome":"finished"`) {
		t.Errorf("ended: %v", seen)
	}
	if f := decode[fileView](t, seen["file.created"]); f.ID != string(id) || f.Size != 10 {
		t.Errorf("created: %v", seen)
	}
	h.do("PATCH", "/api/v1/files/"+string(id), `{"name":"b.txt"}`)
	if m := next(t, stream, everyEvent...); m.event != "file.changed" || !strings.Contains(m.data, `"b.txt"`) {
		t.Errorf("changed: %v", m)
	}
	h.do("DELETE", "/api/v1/files/"+string(id), "")
	if m := next(t, stream, everyEvent...); m.event != "file.deleted" || m.data != `{"id":"`+string(id)+`"}` {
		t.Errorf("deleted: %v", m)
	}
}

type uploadView struct {
	ID, Name string
	Length   *int64
	Offset   int64
}

func TestEventsGoOnWhereTheyStopped(t *testing.T) {
	h := newHarness(t, quick)
	stream, stop := h.follow()
	head := next(t, stream, "")
	stop()
	a, b := h.put("a", "", "1"), h.put("b", "", "2")
	for _, last := range []string{head.id, "0"} {
		stream, stop = h.follow("Last-Event-ID", last)
		for _, want := range []string{a.ID, b.ID} {
			if m := next(t, stream, "file.created", "reset"); decode[fileView](t, m.data).ID != want {
				t.Fatalf("after %s: %v, want %s", last, m, want)
			}
		}
		stop()
	}
}

func TestEventsTellWhenTheyCannotGoOn(t *testing.T) {
	h := newHarness(t, quick)
	h.put("a", "", "1")
	_, newest, err := h.events.Span(t.Context(), pawl.Local)
	check(t, err)
	for _, last := range []string{"nonsense", strconv.FormatInt(newest+1, 10), "-5"} {
		stream, stop := h.follow("Last-Event-ID", last)
		m := next(t, stream, everyEvent...)
		if m.event != "reset" || m.data != "{}" || m.id != strconv.FormatInt(newest, 10) {
			t.Errorf("after %s: %v", last, m)
		}
		stop()
	}
	check(t, h.store.Update(t.Context(), func(tx pawl.Tx) (err error) {
		for range maxReplay - int(newest) + 1 {
			err = errors.Join(err, tx.Record(pawl.Event{At: time.Now(), Type: pawl.FileDeleted, Owner: "local"}))
		}
		return err
	}))
	for last, want := range map[string]string{"0": "reset", "1": "file.deleted"} {
		stream, stop := h.follow("Last-Event-ID", last)
		if m := next(t, stream, "reset", "file.deleted"); m.event != want {
			t.Errorf("%d events after %s: %v", maxReplay+1, last, m)
		}
		stop()
	}
	check(t, h.store.Update(t.Context(), func(tx pawl.Tx) error { return tx.ForgetEvents(time.Now().Add(time.Hour)) }))
	h.put("b", "", "1")
	stream, _ := h.follow("Last-Event-ID", "0")
	if m := next(t, stream, everyEvent...); m.event != "reset" {
		t.Errorf("after an event that is forgotten: %v", m)
	}
}

func TestEventsOfOthersStayTheirs(t *testing.T) {
	h := newHarness(t, quick, func(c *Config) {
		c.Principal = func(r *http.Request) (pawl.Principal, error) { return pawl.Principal{ID: r.Header.Get("X-Who")}, nil }
	})
	stream, _ := h.follow("X-Who", "bob")
	next(t, stream, "")
	id := h.begin(pawl.Principal{ID: "ann"}, "hers", "", 3)
	h.append(pawl.Principal{ID: "ann"}, id, 0, "12")
	time.Sleep(100 * time.Millisecond) // some reports on progress
	mine := h.putFor(pawl.Principal{ID: "bob"}, "his", "", "1")
	for {
		m := next(t, stream, append(everyEvent, "upload.progress")...)
		if strings.Contains(m.data, "hers") || strings.Contains(m.data, string(id)) {
			t.Fatalf("bob hears of ann: %v", m)
		}
		if m.event == "file.created" && strings.Contains(m.data, mine.ID) {
			return
		}
	}
}

func TestEventsBeat(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.intervals.heartbeat = 20 * time.Millisecond })
	stream, _ := h.follow()
	for range 3 {
		next(t, stream, "")
	}
}

func TestEventsEndWithTheServer(t *testing.T) {
	h := newHarness(t)
	stream, _ := h.follow()
	next(t, stream, "")
	h.stop()
	select {
	case _, ok := <-stream:
		if ok {
			t.Error("something came after the end")
		}
	case <-time.After(5 * time.Second):
		t.Error("the stream outlives the server")
	}
}
