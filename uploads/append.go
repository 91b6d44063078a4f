package uploads

import (
	"context"
	"errors"
	"io"

	"pawl"
)

// Append adds body to the upload at offset and returns the new offset, durable.
// It ends where body ends: with an error of kind [pawl.Interrupted] or [pawl.TooLarge] the
// bytes that came before it are kept and the offset says so. A refusal by a gate
// or by the size limit ends the upload, and its bytes are gone.
func (u *Service) Append(ctx context.Context, p pawl.Principal, id pawl.ID, offset int64, body io.Reader) (_ int64, err error) {
	defer func() { u.noteRoom(id, err) }()
	l, err := u.openAt(ctx, p, id, offset)
	if err != nil {
		return offset, err
	}
	n, err := u.appendTo(ctx, l, u.screen(ctx, l, u.limit(l, body)))
	return offset + n, err
}

// noteRoom remembers whether there was room for the last bytes of an upload: if there was
// none, that is why its owner gives it up.
func (u *Service) noteRoom(id pawl.ID, err error) {
	switch pawl.KindOf(err) {
	case pawl.NoSpace:
		u.full.add(id)
	case "":
		u.full.remove(id)
	}
}

// openAt opens an upload for a body that belongs at offset.
func (u *Service) openAt(ctx context.Context, p pawl.Principal, id pawl.ID, offset int64) (*live, error) {
	l, err := u.open(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if l.out.Offset() != offset {
		return nil, pawl.Errorf(pawl.Conflict, "the upload is at offset %d, not %d", l.out.Offset(), offset)
	}
	return l, u.checkRoom(ctx, 1)
}

// appendTo adds what has passed screen and limit.
func (u *Service) appendTo(ctx context.Context, l *live, src io.Reader) (int64, error) {
	n, err := l.out.Append(ctx, src, l.digest)
	l.change(u.Now(), func(*pawl.Upload) {})
	switch {
	case err == nil:
		return n, nil
	case isVerdict(err):
		return n, u.refuse(ctx, l.snapshot(), err)
	case pawl.KindOf(err) == pawl.Interrupted || pawl.KindOf(err) == pawl.TooLarge:
		return n, err
	case pawl.KindOf(err) == pawl.Gone:
		return n, u.lose(ctx, l.row())
	default: // the storage failed: digest and descriptor may not agree with it any more
		u.live.drop(l.row().ID)
		return n, err
	}
}

// limit counts what arrives, and passes as much of it as the upload may still take.
func (u *Service) limit(l *live, body io.Reader) io.Reader {
	return u.allow(l, meter{body, u.Observer.Received})
}

func (u *Service) allow(l *live, src io.Reader) io.Reader {
	up := l.snapshot()
	switch {
	case up.Length != pawl.UnknownLength:
		return &allowance{src: src, left: up.Length - up.Progress.Offset, over: ErrTooLong}
	case u.MaxSize > 0:
		return &allowance{src: src, left: u.MaxSize - up.Progress.Offset, over: verdict{u.errMaxSize()}}
	}
	return src
}

// screen has an upload's first bytes judged as they pass.
func (u *Service) screen(ctx context.Context, l *live, src io.Reader) io.Reader {
	if l.row().Kind == pawl.Partial || l.judged() {
		return src
	}
	return screen{src: src, head: &l.head, judge: func() error { return u.judge(ctx, l) }}
}

// judge asks the content gates, once there is enough to judge by.
func (u *Service) judge(ctx context.Context, l *live) error {
	found, err := askContent(ctx, u.Gates, l.row(), l.head)
	if isRefusal(err) {
		return verdict{err}
	}
	if err != nil {
		return err
	}
	l.change(u.Now(), func(up *pawl.Upload) { up.Progress.FoundType = found })
	return nil
}

// verdict marks an error as a refusal of the upload itself, so that it is not
// taken for a fault of the request on its way through the readers.
type verdict struct{ error }

func (v verdict) Unwrap() error { return v.error }

func isVerdict(err error) bool {
	_, ok := errors.AsType[verdict](err)
	return ok
}

// DeclareLength sets the length of an upload that was begun without one.
// Repeating it is harmless.
func (u *Service) DeclareLength(ctx context.Context, p pawl.Principal, id pawl.ID, length int64) error {
	l, err := u.open(ctx, p, id)
	if err != nil {
		return err
	}
	up := l.snapshot()
	if up.Length == length {
		return nil
	}
	if up.Length != pawl.UnknownLength {
		return pawl.Errorf(pawl.Invalid, "the upload's length is already known to be %d", up.Length)
	}
	if length < up.Progress.Offset {
		return pawl.Errorf(pawl.Invalid, "the upload already holds %d bytes, more than the declared %d", up.Progress.Offset, length)
	}
	if err := u.checkLength(length); err != nil {
		return err
	}
	if err := u.checkRoom(ctx, length-up.Progress.Offset); err != nil {
		return err
	}
	err = u.commitHeld(ctx, id, func(tx pawl.Tx) error { return tx.DeclareLength(id, length, u.Now()) })
	if err == nil {
		l.change(u.Now(), func(up *pawl.Upload) { up.Length = length })
	}
	return err
}
