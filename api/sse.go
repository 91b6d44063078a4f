package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// sse writes an event stream. Every message has its own write deadline: a client
// that does not read would fill the socket, and then hold this goroutine for ever.
type sse struct {
	w     http.ResponseWriter
	ctl   *http.ResponseController
	stall time.Duration
	buf   bytes.Buffer
}

func newSSE(w http.ResponseWriter, stall time.Duration) *sse {
	return &sse{w: w, ctl: http.NewResponseController(w), stall: stall}
}

// start sends the head, and a message without data: it only sets the client's
// last event id.
func (s *sse) start(seq int64) error {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would keep the stream to itself
	s.w.WriteHeader(http.StatusOK)
	fmt.Fprintf(&s.buf, "retry: 3000\nid: %d\n\n", seq)
	return s.flush()
}

// sseBuffer is how many bytes of events wait to be sent together.
const sseBuffer = 32 << 10

// send sends an event, at the latest with the next flush. Without a seq the client
// keeps the last event id it has.
func (s *sse) send(seq int64, event string, data any) error {
	text, err := json.Marshal(data) // never holds a line break
	if err != nil {
		return err
	}
	if seq != 0 {
		fmt.Fprintf(&s.buf, "id: %d\n", seq)
	}
	fmt.Fprintf(&s.buf, "event: %s\ndata: %s\n\n", event, text)
	if s.buf.Len() < sseBuffer {
		return nil
	}
	return s.flush()
}

func (s *sse) comment(text string) error {
	fmt.Fprintf(&s.buf, ": %s\n\n", text)
	return s.flush()
}

// flush sends what waits to be sent.
func (s *sse) flush() error {
	if s.buf.Len() == 0 {
		return nil
	}
	_ = s.ctl.SetWriteDeadline(time.Now().Add(s.stall)) // not on every connection there is one
	if _, err := s.buf.WriteTo(s.w); err != nil {
		return err
	}
	return s.ctl.Flush()
}
