package upkeep_test

import (
	"context"
	"math"
	"testing"

	"pawl"
	"pawl/uploads"
)

// boundless is a storage that never says how much it can hold.
type boundless struct{ pawl.Blobs }

func (boundless) Free(context.Context) (int64, error) { return math.MaxInt64, nil }

// TestLengthsDoNotWrap joins parts whose lengths add up to more than a length can be,
// declared before the join begins and afterwards.
func TestLengthsDoNotWrap(t *testing.T) {
	h := build(t)
	c := h.uploads.Config
	c.Blobs = boundless{h.blobs}
	h.uploads = uploads.New(c)
	for _, lengths := range [][]int64{{math.MaxInt64, math.MaxInt64, 3}, {math.MaxInt64, math.MaxInt64, 1}, {math.MaxInt64, 1}, {1, math.MaxInt64}} {
		var declared, deferred []pawl.ID
		for _, length := range lengths {
			declared = append(declared, h.part(length))
			deferred = append(deferred, h.part(pawl.UnknownLength))
		}
		if _, err := h.uploads.Plan(t.Context(), pawl.Local, uploads.Spec{Kind: pawl.Final, Parts: declared}); pawl.KindOf(err) != pawl.TooLarge {
			t.Errorf("%d: %v", lengths, err)
		}
		final := h.begin(uploads.Spec{Kind: pawl.Final, Parts: deferred})
		for i, id := range deferred {
			h.check(h.declare(id, lengths[i]))
		}
		if up, err := h.uploads.Status(t.Context(), pawl.Local, final); err != nil || up.Length != pawl.UnknownLength {
			t.Errorf("%d: length %d, %v", lengths, up.Length, err)
		}
	}
}

// TestDeclaredLengthNeedsRoom declares lengths that the disk has no room for, at the
// creation and after it.
func TestDeclaredLengthNeedsRoom(t *testing.T) {
	h := build(t)
	free, err := h.blobs.Free(t.Context())
	h.check(err)
	if free > math.MaxInt64/2 {
		t.Skip("this system does not say how much its disk can hold")
	}
	tooMuch := free + free/2 // others may free some meanwhile
	if _, err := h.uploads.Plan(t.Context(), pawl.Local, uploads.Spec{Kind: pawl.Regular, Length: tooMuch}); pawl.KindOf(err) != pawl.NoSpace {
		t.Errorf("at the creation: %v", err)
	}
	id := h.begin(uploads.Spec{Kind: pawl.Regular, Length: pawl.UnknownLength})
	if err := h.declare(id, tooMuch); pawl.KindOf(err) != pawl.NoSpace {
		t.Errorf("after it: %v", err)
	}
	h.check(h.declare(id, 5)) // another can be declared then
	h.send(id, "12345")
}

// declare declares the length of an upload, as a PATCH does.
func (h *house) declare(id pawl.ID, length int64) error {
	h.t.Helper()
	s, err := h.uploads.Open(h.t.Context(), pawl.Local, id, func() {})
	h.check(err)
	defer s.Close()
	return s.DeclareLength(h.t.Context(), length)
}
