package uploads

import (
	"context"
	"io"

	"pawl"
)

// Session is the right to write one upload, from [Service.Open] to Close: its lock in this
// instance and its lease among several. The row is read and the policy asked when it is
// opened, once. A Session serves one goroutine at a time.
type Session struct {
	service *Service
	upload  pawl.Upload // as it was when the session was opened
	writer  *writer     // nil for an upload that takes no bytes: Final, or Filed
	unlock  func()
}

// Open opens an upload for p to write. release is called, from another goroutine, when
// another request or instance wants the upload: the caller then has to Close soon.
//
// An upload that has become a file, or a piece of one, opens as Filed. The error is of kind
// [pawl.Locked] where another request does not let go of the upload in time, and of kind
// [pawl.Gone] where it has expired or acknowledged bytes are lost; then it is ended.
func (u *Service) Open(ctx context.Context, p pawl.Principal, id pawl.ID, release func()) (*Session, error) {
	row, unlock, err := u.lockFor(ctx, p, pawl.ActWrite, id, release)
	if err != nil {
		return nil, err
	}
	// To resume the digest may take longer than a client waits; the next one finds it done.
	return u.open(context.WithoutCancel(ctx), row, unlock)
}

// tryOpen is Open, without asking the policy, for an upload that nobody uses. The error is
// of kind [pawl.Locked] if somebody does.
func (u *Service) tryOpen(ctx context.Context, id pawl.ID) (*Session, error) {
	unlock := u.tryLock(ctx, id)
	if unlock == nil {
		return nil, errLocked
	}
	if w := u.writers.get(id); w != nil {
		return &Session{service: u, upload: w.snapshot(), writer: w, unlock: unlock}, nil
	}
	row, err := u.find(ctx, id)
	if err != nil {
		unlock()
		return nil, err
	}
	return u.open(ctx, row, unlock)
}

// open opens an upload whose lock the caller has, and which unlock gives up.
func (u *Service) open(ctx context.Context, row pawl.Upload, unlock func()) (_ *Session, err error) {
	s := &Session{service: u, upload: row, unlock: unlock}
	if row.Filed {
		return s, nil
	}
	if s.writer = u.writers.get(row.ID); s.writer == nil {
		s.writer, err = u.reopen(ctx, row)
	}
	if err != nil {
		unlock()
		return nil, err
	}
	return s, nil
}

// reopen opens the writer of an upload; nil for a Final one, which takes no bytes.
func (u *Service) reopen(ctx context.Context, row pawl.Upload) (*writer, error) {
	if u.expired(row) {
		return nil, u.expire(ctx, row)
	}
	if row.Kind == pawl.Final {
		return nil, nil
	}
	w, err := u.openWriter(ctx, row)
	if pawl.KindOf(err) == pawl.Gone {
		return nil, u.lose(ctx, row)
	}
	if err != nil {
		return nil, err
	}
	u.writers.put(row.ID, w)
	u.closeLongestIdle(ctx)
	return w, nil
}

// Close ends the session. The upload stays open here for a while, for its next request.
func (s *Session) Close() { s.unlock() }

// Upload returns the upload with its durable offset as of now.
func (s *Session) Upload() pawl.Upload {
	if s.writer == nil {
		return s.upload
	}
	return s.writer.snapshot()
}

// Append adds body to the upload at offset and returns the new offset, which is durable. It
// ends where body ends: after an error of kind [pawl.Interrupted] or [pawl.TooLarge] the
// bytes that came before are kept, and the offset says so. An upload that a gate or the
// size limit rejects is ended, and its bytes deleted. The error is of kind [pawl.Conflict]
// where the upload is at another offset.
func (s *Session) Append(ctx context.Context, offset int64, body io.Reader) (_ int64, err error) {
	defer func() { s.noteSpace(err) }()
	if err := s.seek(ctx, offset); err != nil {
		return offset, err
	}
	n, err := s.write(ctx, s.sniff(ctx, s.limit(body)))
	return offset + n, err
}

// seek checks that bytes may be added at offset.
func (s *Session) seek(ctx context.Context, offset int64) error {
	switch up := s.Upload(); {
	case up.Kind == pawl.Final:
		return ErrFinal
	case up.Progress.Offset != offset:
		return ErrOffset(up.Progress.Offset, offset)
	case s.writer == nil: // all there is of it is here
		return ErrTooLong
	}
	return s.service.checkSpace(ctx, 1)
}

// ErrOffset returns the error for bytes that a client sends for another offset than that of
// their upload.
func ErrOffset(at, sent int64) error {
	return pawl.Errorf(pawl.Conflict, "the offset of the upload is %d, not %d; resume from there", at, sent)
}

// ErrFinal is the error for bytes that a client sends for a final upload (tus 1.0,
// "Concatenation").
var ErrFinal = pawl.Errorf(pawl.Forbidden, "a final upload does not accept PATCH")

// ErrTooLong is the error for a body that has more bytes than its upload lacks.
var ErrTooLong = pawl.Errorf(pawl.TooLarge, "the body is longer than the rest of the upload")

// write appends what src gives, which has passed limit and sniff.
func (s *Session) write(ctx context.Context, src io.Reader) (int64, error) {
	u, w := s.service, s.writer
	n, err := w.out.Append(ctx, src, w.digest)
	w.touch(u.Now())
	switch {
	case err == nil:
		return n, nil
	case isRejection(err):
		return n, u.reject(ctx, w.snapshot(), err)
	case pawl.KindOf(err) == pawl.Interrupted || pawl.KindOf(err) == pawl.TooLarge:
		return n, err
	case pawl.KindOf(err) == pawl.Gone:
		return n, u.lose(ctx, w.row())
	default: // the storage failed: digest and appender may not agree with it any more
		u.writers.drop(w.row().ID)
		return n, err
	}
}

// noteSpace remembers whether there was space for the last bytes of the upload: if there
// was none, that is why its owner aborts it.
func (s *Session) noteSpace(err error) {
	switch pawl.KindOf(err) {
	case pawl.NoSpace:
		s.service.full.add(s.upload.ID)
	case "":
		s.service.full.remove(s.upload.ID)
	}
}

// limit passes as much of src as the upload may still take.
func (s *Session) limit(src io.Reader) io.Reader {
	switch up := s.Upload(); {
	case up.Length != pawl.UnknownLength:
		return &limitReader{src: src, left: up.Length - up.Progress.Offset, over: ErrTooLong}
	case s.service.MaxSize > 0:
		return &limitReader{src: src, left: s.service.MaxSize - up.Progress.Offset, over: rejection{s.service.errMaxSize()}}
	}
	return src
}

// sniff has the upload's first bytes judged as they pass.
func (s *Session) sniff(ctx context.Context, src io.Reader) io.Reader {
	if s.upload.Kind == pawl.Partial || s.writer.typeKnown() {
		return src
	}
	return sniffReader{src: src, head: &s.writer.head, judge: func() error { return s.judge(ctx) }}
}

// judge asks the content gates about the first bytes.
func (s *Session) judge(ctx context.Context) error {
	u, w := s.service, s.writer
	found, err := askContent(ctx, u.Gates, w.row(), w.head)
	if err == nil {
		w.change(u.Now(), func(up *pawl.Upload) { up.Progress.FoundType = found })
	}
	return err
}

// DeclareLength sets the length of an upload that was begun without one. Repeating it is
// harmless.
func (s *Session) DeclareLength(ctx context.Context, length int64) error {
	u, up := s.service, s.Upload()
	switch {
	case up.Length == length:
		return nil
	case up.Length != pawl.UnknownLength:
		return ErrLength(up.Length)
	case s.writer == nil:
		return ErrFinal
	case length < up.Progress.Offset:
		return pawl.Errorf(pawl.Invalid, "the upload already holds %d bytes, more than the declared %d", up.Progress.Offset, length)
	}
	if err := u.checkLength(length); err != nil {
		return err
	}
	if err := u.checkSpace(ctx, length-up.Progress.Offset); err != nil {
		return err
	}
	err := u.commitLocked(ctx, up.ID, func(tx pawl.Tx) error { return tx.DeclareLength(up.ID, length, u.Now()) })
	if err == nil {
		s.writer.change(u.Now(), func(up *pawl.Upload) { up.Length = length })
	}
	return err
}

// ErrLength returns the error for a length that is declared for an upload with another one.
func ErrLength(known int64) error {
	return pawl.Errorf(pawl.Invalid, "the length of the upload has already been set to %d", known)
}
