package uploads

import (
	"context"

	"pawl"
)

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

func askContent(ctx context.Context, g pawl.Gates, u pawl.Upload, head []byte) (foundType string, err error) {
	foundType = g.Detect(head)
	for _, gate := range g.Content {
		if err := gate.Content(ctx, u, foundType); err != nil {
			return "", err
		}
	}
	return foundType, nil
}

func askFinish(ctx context.Context, g pawl.Gates, f pawl.File) error {
	for _, gate := range g.Finish {
		if err := gate.Finish(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// isRefusal tells a gate's no, which ends an upload for good, from a gate that
// could not be asked.
func isRefusal(err error) bool {
	switch pawl.KindOf(err) {
	case pawl.Refused, pawl.UnsupportedType, pawl.TooLarge, pawl.Invalid:
		return true
	}
	return false
}
