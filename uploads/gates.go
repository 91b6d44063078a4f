package uploads

import (
	"context"
	"errors"

	"pawl"
)

// rejection marks an error as the rejection of the upload itself, which ends it for good,
// so that it is not taken for a failure of the request on its way through the readers.
type rejection struct{ error }

func (r rejection) Unwrap() error { return r.error }

func isRejection(err error) bool {
	_, ok := errors.AsType[rejection](err)
	return ok
}

// gateError returns the error of a gate, as a rejection unless the gate could not be asked.
func gateError(err error) error {
	switch pawl.KindOf(err) {
	case pawl.Refused, pawl.UnsupportedType, pawl.TooLarge, pawl.Invalid:
		return rejection{err}
	}
	return err
}

func askBegin(ctx context.Context, g pawl.Gates, u pawl.Upload) error {
	if u.Kind == pawl.Partial {
		return nil
	}
	for _, gate := range g.Begin {
		if err := gate.Begin(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// askContent returns the media type that the first bytes show. A gate's no is a rejection.
func askContent(ctx context.Context, g pawl.Gates, u pawl.Upload, head []byte) (foundType string, err error) {
	foundType = g.Detect(head)
	for _, gate := range g.Content {
		if err := gate.Content(ctx, u, foundType); err != nil {
			return "", gateError(err)
		}
	}
	return foundType, nil
}

// askFinish asks whether the file may exist: first its client's own digest, then the gates.
// A no is a rejection.
func askFinish(ctx context.Context, g pawl.Gates, f pawl.File) error {
	if err := checkStatedDigest(f); err != nil {
		return err
	}
	for _, gate := range g.Finish {
		if err := gate.Finish(ctx, f); err != nil {
			return gateError(err)
		}
	}
	return nil
}
