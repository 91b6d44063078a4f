package upkeep_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"pawl"
	"pawl/uploads"
)

// begin begins an upload and returns its id.
func (h *house) begin(spec uploads.Spec) pawl.ID {
	h.t.Helper()
	up, err := h.uploads.Plan(h.t.Context(), pawl.Local, spec)
	h.check(err)
	if spec.Kind == pawl.Final {
		h.check(h.uploads.Join(h.t.Context(), pawl.Local, up))
	} else {
		h.check(h.uploads.Begin(h.t.Context(), up))
	}
	return up.ID
}

// send appends all of an upload's bytes and finishes it, as a PATCH does.
func (h *house) send(id pawl.ID, content string) {
	h.t.Helper()
	s, err := h.uploads.Open(h.t.Context(), pawl.Local, id, func() {})
	h.check(err)
	defer s.Close()
	_, err = s.Append(h.t.Context(), 0, strings.NewReader(content))
	h.check(err)
	h.check(s.Finish(h.t.Context()))
}

func (h *house) part(length int64) pawl.ID {
	h.t.Helper()
	return h.begin(uploads.Spec{Kind: pawl.Partial, Length: length})
}

// workPastTheStart runs the janitor, and returns when it has looked at the uploads that
// were there at its start: it looks again a minute later.
func (h *house) workPastTheStart() (stop func()) {
	h.t.Helper()
	id := h.complete("before the start")
	stop = h.work()
	h.eventually("the finish", func() bool { return h.isFile(id) })
	return stop
}

// TestLastPartWakesItsJoin begins a join before its parts are whole. The job that was
// scheduled with it is a minute away; the last part brings it forward.
func TestLastPartWakesItsJoin(t *testing.T) {
	h := build(t)
	defer h.workPastTheStart()()
	a, b := h.part(3), h.part(4)
	final := h.begin(uploads.Spec{Kind: pawl.Final, Parts: []pawl.ID{a, b}})
	h.send(b, "part")
	h.send(a, "one")
	h.eventually("the join", func() bool { return h.isFile(final) })
}

// away is a gate that cannot be asked the first times.
type away struct{ left atomic.Int32 }

func (g *away) Finish(context.Context, pawl.File) error {
	if g.left.Add(-1) < 0 {
		return nil
	}
	return pawl.Errorf(pawl.Unavailable, "the checker is away")
}

// TestJoinIsTriedAgain has a join fail in its request, and once more in its job.
func TestJoinIsTriedAgain(t *testing.T) {
	var gate away
	h := build(t, &gate)
	defer h.workPastTheStart()()
	gate.left.Store(2)
	part := h.part(3)
	h.send(part, "one")
	final := h.begin(uploads.Spec{Kind: pawl.Final, Parts: []pawl.ID{part}})
	h.eventually("the join", func() bool { return h.isFile(final) })
}

// outage is a store that takes no changes while it lasts.
type outage struct {
	pawl.Store
	now atomic.Bool
}

func (s *outage) Update(ctx context.Context, change func(pawl.Tx) error) error {
	if s.now.Load() {
		return pawl.Errorf(pawl.Unavailable, "the database is away")
	}
	return s.Store.Update(ctx, change)
}

// TestFinishIsAskedForAfterAnOutage completes a part while the database is away, so
// that neither its join nor a job can be asked for then.
func TestFinishIsAskedForAfterAnOutage(t *testing.T) {
	var database outage
	h := buildOn(t, func(s pawl.Store) pawl.Store { database.Store = s; return &database })
	defer h.workPastTheStart()()
	part := h.part(3)
	final := h.begin(uploads.Spec{Kind: pawl.Final, Parts: []pawl.ID{part}})
	database.now.Store(true)
	h.send(part, "one")
	database.now.Store(false)
	h.eventually("the join", func() bool { return h.isFile(final) })
}
