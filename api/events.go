package api

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"pawl"
	"pawl/api/auth"
	"pawl/api/problem"
	"pawl/events"
	"pawl/files"
	"pawl/uploads"
)

// eventStream serves what happens, as it happens: /api/v1/events (HTML standard,
// "Server-sent events"). A stream ends with its client or with the server.
type eventStream struct {
	*events.Feed
	files   *files.Service
	uploads *uploads.Service
	pace    pace
}

// pace is how often a stream does what. Zero fields get their usual values.
type pace struct {
	heartbeat time.Duration // a comment, so that nothing between takes the stream for dead
	progress  time.Duration // between two reports on uploads
	gather    time.Duration // events that come closer together are read together
	stall     time.Duration // a client that takes nothing for so long is cut
}

func (p pace) orUsual() pace {
	return pace{
		heartbeat: cmp.Or(p.heartbeat, 15*time.Second),
		progress:  cmp.Or(p.progress, time.Second),
		gather:    cmp.Or(p.gather, 50*time.Millisecond),
		stall:     cmp.Or(p.stall, 30*time.Second),
	}
}

const (
	// eventBatch is how many events are read at a time.
	eventBatch = 100
	// maxReplay is how many missed events a client is sent. One that has missed more
	// loads its lists again, which is less work for both sides.
	maxReplay = 5000
)

func (e eventStream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	after, fresh, err := e.begin(r)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	pace := e.pace.orUsual()
	s := &stream{
		eventStream: e, who: auth.From(r.Context()), after: after, pace: pace,
		out: newSSE(w, pace.stall), shown: make(map[pawl.ID]int64),
	}
	if err := s.run(r.Context(), fresh); err != nil && r.Context().Err() == nil {
		problem.Note(r.Context(), err)
	}
}

// begin finds where the stream starts: after the client's last event, or now.
// fresh is false if the stream cannot resume after the client's last event: it was
// too long ago, or belongs to another life of the database.
func (e eventStream) begin(r *http.Request) (after int64, fresh bool, err error) {
	oldest, newest, err := e.Span(r.Context(), auth.From(r.Context()))
	if err != nil {
		return 0, false, err
	}
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		return newest, true, nil
	}
	after, parseErr := strconv.ParseInt(last, 10, 64)
	if parseErr != nil || after > newest || after+1 < oldest || newest-after > maxReplay {
		return newest, false, nil //nolint:nilerr // a client that has to load its lists again is no failure
	}
	return after, true, nil
}

// stream is one client's.
type stream struct {
	eventStream
	who   pawl.Principal
	after int64 // the last event dealt with
	out   *sse
	pace  pace
	shown map[pawl.ID]int64 // offsets as last reported
}

func (s *stream) run(ctx context.Context, fresh bool) error {
	if err := s.open(fresh); err != nil {
		return err
	}
	heartbeat, progress := time.NewTicker(s.pace.heartbeat), time.NewTicker(s.pace.progress)
	defer heartbeat.Stop()
	defer progress.Stop()
	for {
		changed := s.Changed() // before reading, so that nothing slips between the two
		if err := s.catchUp(ctx); err != nil {
			return err
		}
		err := s.wait(ctx, changed, progress.C, heartbeat.C)
		if err != nil || ctx.Err() != nil {
			return err
		}
	}
}

// open tells the client where it is, so that one that comes back before its first
// event does not miss any, and whether it has to load its lists anew.
func (s *stream) open(fresh bool) error {
	if err := s.out.start(s.after); err != nil {
		return err
	}
	if fresh {
		return nil
	}
	if err := s.out.send(s.after, "reset", struct{}{}); err != nil {
		return err
	}
	return s.out.flush()
}

// wait returns when there may be events to read: something changed here, or a
// heartbeat is due; another instance's changes are found by then.
func (s *stream) wait(ctx context.Context, changed <-chan struct{}, progress, heartbeat <-chan time.Time) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			return sleep(ctx, s.pace.gather)
		case <-heartbeat:
			return s.out.comment("still here")
		case <-progress:
			if err := s.sendProgress(); err != nil {
				return err
			}
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return nil
}

// catchUp sends what has happened since the last event.
func (s *stream) catchUp(ctx context.Context) error {
	for {
		batch, next, err := s.Since(ctx, s.who, s.after, eventBatch)
		if err != nil {
			return err
		}
		for _, e := range batch {
			if err := s.sendEvent(ctx, e); err != nil {
				return err
			}
		}
		if err := s.out.flush(); err != nil {
			return err
		}
		if next == s.after {
			return nil
		}
		s.after = next
	}
}
