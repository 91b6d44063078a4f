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

// eventStream serves /api/v1/events, a stream of server-sent events (HTML standard,
// "Server-sent events"). It ends when the client disconnects or the server shuts down.
type eventStream struct {
	*events.Feed
	files     *files.Service
	uploads   *uploads.Service
	intervals intervals
}

// intervals are the timings of a stream. Zero fields have default values.
type intervals struct {
	heartbeat time.Duration // between comments, which keep proxies from closing the stream
	progress  time.Duration // between progress reports
	gather    time.Duration // events within this time are read in one query
	stall     time.Duration // a client that reads nothing for this long is disconnected
}

func (i intervals) withDefaults() intervals {
	return intervals{
		heartbeat: cmp.Or(i.heartbeat, 15*time.Second),
		progress:  cmp.Or(i.progress, time.Second),
		gather:    cmp.Or(i.gather, 50*time.Millisecond),
		stall:     cmp.Or(i.stall, 30*time.Second),
	}
}

const (
	// eventBatch is the number of events per query.
	eventBatch = 100
	// maxReplay is the maximum number of missed events sent to a client. Beyond that,
	// reloading its lists is less work for both sides.
	maxReplay = 5000
)

func (e eventStream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	after, fresh, err := e.begin(r)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	every := e.intervals.withDefaults()
	s := &stream{
		eventStream: e, who: auth.From(r.Context()), after: after, every: every,
		out: newSSE(w, every.stall), sent: make(map[pawl.ID]int64),
	}
	if err := s.run(r.Context(), fresh); err != nil && r.Context().Err() == nil {
		problem.Note(r.Context(), err)
	}
}

// begin returns the sequence number after which the stream starts: that of the client's
// last event, or the newest. fresh is false if the stream cannot resume after the
// client's last event, which is too old or from another database.
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
		return newest, false, nil //nolint:nilerr // not an error: the client reloads its lists
	}
	return after, true, nil
}

// stream is the event stream of one client.
type stream struct {
	eventStream
	who   pawl.Principal
	after int64 // sequence number of the last event handled
	out   *sse
	every intervals
	sent  map[pawl.ID]int64 // last reported offsets
}

func (s *stream) run(ctx context.Context, fresh bool) error {
	if err := s.open(fresh); err != nil {
		return err
	}
	heartbeat, progress := time.NewTicker(s.every.heartbeat), time.NewTicker(s.every.progress)
	defer heartbeat.Stop()
	defer progress.Stop()
	for {
		changed := s.Changed() // before reading, so that no change is missed
		if err := s.catchUp(ctx); err != nil {
			return err
		}
		err := s.wait(ctx, changed, progress.C, heartbeat.C)
		if err != nil || ctx.Err() != nil {
			return err
		}
	}
}

// open sends the current position, so that a client that reconnects before its first
// event misses none, and a reset if the client must reload its lists.
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

// wait returns when there may be events to read: after a change, or after a heartbeat,
// in case a notification from another instance was lost.
func (s *stream) wait(ctx context.Context, changed <-chan struct{}, progress, heartbeat <-chan time.Time) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			return sleep(ctx, s.every.gather)
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

// catchUp sends all events since the last one handled.
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
