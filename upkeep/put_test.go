package upkeep_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"pawl"
	"pawl/uploads"
)

// lostAnswers is a store that commits, and then cannot tell.
type lostAnswers struct {
	pawl.Store
	on *atomic.Bool
}

func (s lostAnswers) Update(ctx context.Context, fn func(pawl.Tx) error) error {
	err := s.Store.Update(ctx, fn)
	if err == nil && s.on.Load() {
		return pawl.Because(errors.New("connection reset"), pawl.Unavailable, "the database is not available")
	}
	return err
}

// TestPutOfUnknownOutcomeKeepsItsBytes stores a small file whose commit succeeds without an
// answer: the file is there, and so are its bytes.
func TestPutOfUnknownOutcomeKeepsItsBytes(t *testing.T) {
	var lost atomic.Bool
	h := buildOn(t, func(s pawl.Store) pawl.Store { return lostAnswers{s, &lost} })
	up, err := h.uploads.Plan(t.Context(), pawl.Local, uploads.Spec{Kind: pawl.Regular, Length: 5})
	h.check(err)
	lost.Store(true)
	if err := h.uploads.Put(t.Context(), up, strings.NewReader("hello"), nil); pawl.KindOf(err) != pawl.Unavailable {
		t.Fatalf("a commit without an answer: %v", err)
	}
	_, r, err := h.files.Open(t.Context(), pawl.Local, up.ID)
	h.check(err)
	defer r.Close()
	if got, err := io.ReadAll(r); string(got) != "hello" || err != nil {
		t.Errorf("the file holds %q, %v", got, err)
	}
}
