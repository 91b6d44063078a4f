package pawl

import "context"

// Gates are what an upload is asked at its three moments, and a file when it is renamed.
// Each list is asked in order; the first refusal ends the upload. A refusal is an
// [Error] of kind
// [Refused], [UnsupportedType], [TooLarge] or [Invalid], with a sentence for the
// client. One of kind [Unavailable] means the gate could not be asked: a creation
// then fails and can be retried, a finish is tried again later by itself.
type Gates struct {
	Begin   []BeginGate
	Content []ContentGate
	Finish  []FinishGate
	Rename  []RenameGate
	// Detect returns the media type that the first bytes of content show: at most
	// HeadBytes of them. Name and declared type are none of its business: gates
	// judge what the bytes show.
	Detect func(head []byte) string
}

// HeadBytes is how much of an upload's beginning the content gates see.
const HeadBytes = 3072

// BeginGate is asked before an upload exists. Partial uploads are not asked: they
// have neither name nor type, and the final upload made of them is.
type BeginGate interface {
	Begin(ctx context.Context, u Upload) error
}

// ContentGate is asked as soon as the first HeadBytes have arrived, or all of a
// shorter upload; foundType is what [Gates.Detect] made of them.
type ContentGate interface {
	Content(ctx context.Context, u Upload, foundType string) error
}

// FinishGate is asked when every byte is there and the file is about to exist.
type FinishGate interface {
	Finish(ctx context.Context, f File) error
}

// RenameGate is asked before a file is renamed: f has the new name. A refusal leaves the
// file as it is.
type RenameGate interface {
	Rename(ctx context.Context, f File) error
}

func (g Gates) begin(ctx context.Context, u Upload) error {
	if u.Kind == Partial {
		return nil
	}
	for _, gate := range g.Begin {
		if err := gate.Begin(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

func (g Gates) content(ctx context.Context, u Upload, head []byte) (foundType string, err error) {
	foundType = g.Detect(head)
	for _, gate := range g.Content {
		if err := gate.Content(ctx, u, foundType); err != nil {
			return "", err
		}
	}
	return foundType, nil
}

func (g Gates) finish(ctx context.Context, f File) error {
	for _, gate := range g.Finish {
		if err := gate.Finish(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (g Gates) rename(ctx context.Context, f File) error {
	for _, gate := range g.Rename {
		if err := gate.Rename(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// isRefusal tells a gate's no, which ends an upload for good, from a gate that
// could not be asked.
func isRefusal(err error) bool {
	switch KindOf(err) {
	case Refused, UnsupportedType, TooLarge, Invalid:
		return true
	}
	return false
}
