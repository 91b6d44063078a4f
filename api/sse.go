package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// sse writes an event stream. Every write has a deadline: a client that does not read
// would otherwise block the goroutine forever once the socket's buffer is full.
type sse struct {
	w     http.ResponseWriter
	ctl   *http.ResponseController
	stall time.Duration
	buf   bytes.Buffer
}

func newSSE(w http.ResponseWriter, stall time.Duration) *sse {
	return &sse{w: w, ctl: http.NewResponseController(w), stall: stall}
}

// start sends the header, and a message without data that sets the client's last event
// id.
func (s *sse) start(seq int64) error {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would buffer the stream
	s.w.WriteHeader(http.StatusOK)
	fmt.Fprintf(&s.buf, "retry: 3000\nid: %d\n\n", seq)
	return s.flush()
}

// sseBuffer is the size in bytes at which buffered events are sent.
const sseBuffer = 32 << 10

// send buffers an event until the next flush. If seq is 0, the event has no id and the
// client keeps its last event id.
func (s *sse) send(seq int64, event string, data any) error {
	text, err := json.Marshal(data) // has no line breaks
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

// flush sends the buffered events.
func (s *sse) flush() error {
	if s.buf.Len() == 0 {
		return nil
	}
	_ = s.ctl.SetWriteDeadline(time.Now().Add(s.stall)) // not supported by every connection
	if _, err := s.buf.WriteTo(s.w); err != nil {
		return err
	}
	return s.ctl.Flush()
}
