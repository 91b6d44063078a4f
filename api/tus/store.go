package tus

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"pawl"
	"pawl/files"
	"pawl/uploads"
)

// store implements tusd's data store with the use cases.
type store struct {
	uploads *uploads.Service
	files   *files.Service
}

// NewUpload creates what a POST asks for. A small upload whose bytes all come with it is only
// planned here: it is stored whole, or not at all, once they have arrived.
func (s store) NewUpload(ctx context.Context, _ handler.FileInfo) (handler.Upload, error) {
	x := exchangeOf(ctx)
	ctx = context.WithoutCancel(ctx)
	if x.spec.Kind == pawl.Final {
		return s.newFinal(ctx, x)
	}
	planned, err := s.uploads.Plan(ctx, x.principal, x.spec)
	if err != nil {
		return nil, x.toTus(err)
	}
	x.location = planned.ID
	x.giveToken(&planned)
	up := &upload{store: s, x: x, up: planned, whole: x.isWhole(planned)}
	if up.whole {
		return up, nil
	}
	if err := s.uploads.Begin(ctx, planned); err != nil {
		return nil, x.toTus(err)
	}
	x.begun, x.expires = planned.ID, s.uploads.Expires(planned)
	return up, nil
}

func (x *exchange) isWhole(planned pawl.Upload) bool {
	switch {
	case !x.Uploads.CanPut(planned):
		return false
	case x.carries:
		return x.request.ContentLength == planned.Length
	default:
		return planned.Length == 0
	}
}

// newFinal joins. A repeated request is answered with the earlier join.
func (s store) newFinal(ctx context.Context, x *exchange) (handler.Upload, error) {
	id, err := s.uploads.FindJoin(ctx, x.principal, x.spec.Parts)
	if pawl.KindOf(err) == pawl.NotFound {
		id, err = s.join(ctx, x)
	} else if err == nil {
		err = s.uploads.ResumeJoin(ctx, x.principal, id)
	}
	if pawl.KindOf(err) == pawl.Conflict { // another request began the same join just now
		if id, err = s.uploads.FindJoin(ctx, x.principal, x.spec.Parts); err == nil {
			err = s.uploads.ResumeJoin(ctx, x.principal, id)
		}
	}
	if err != nil {
		return nil, x.toTus(err)
	}
	x.location = id
	return &upload{store: s, x: x, up: pawl.Upload{ID: id, Kind: pawl.Final}, finished: true}, nil
}

func (s store) join(ctx context.Context, x *exchange) (pawl.ID, error) {
	planned, err := s.uploads.Plan(ctx, x.principal, x.spec)
	if err != nil {
		return "", err
	}
	x.giveToken(&planned)
	if err := s.uploads.Join(ctx, x.principal, planned); err != nil {
		x.token = "" // the response may be for another join, begun just before
		return "", err
	}
	return planned.ID, nil
}

// GetUpload is called with a session for a PATCH, without for a HEAD or DELETE, and for the
// parts of a join.
func (s store) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	x := exchangeOf(ctx)
	ctx = context.WithoutCancel(ctx)
	switch {
	case x.request.Method == http.MethodDelete:
		return &upload{store: s, x: x, up: pawl.Upload{ID: x.id}}, nil
	case x.spec.Kind == pawl.Final: // Plan reads all parts together
		return &upload{store: s, x: x, up: pawl.Upload{ID: pawl.ID(id)}}, nil
	}
	up, err := s.status(ctx, x)
	if err != nil {
		return nil, x.toTus(err)
	}
	x.metadata, x.concat, x.expires = up.RawMetadata, up.RawConcat, s.uploads.Expires(up)
	if x.session != nil {
		if err := x.admit(ctx, up); err != nil {
			return nil, x.toTus(err)
		}
	}
	return &upload{store: s, x: x, up: up, finished: up.Filed}, nil
}

// status returns the upload that a PATCH or a HEAD is about.
func (s store) status(ctx context.Context, x *exchange) (pawl.Upload, error) {
	if x.session != nil {
		return x.session.Upload(), nil
	}
	up, err := s.uploads.Status(ctx, x.principal, x.id)
	switch {
	case err != nil || up.Filed:
		return up, err
	case up.Kind == pawl.Final:
		if err = s.uploads.FinishIfIdle(ctx, x.id); err == nil {
			up, err = s.uploads.Status(ctx, x.principal, x.id) // it may have become a file
		}
		x.joining = !up.Filed
	case up.Kind == pawl.Regular && up.Complete():
		// The request that brought the last byte may have died before it could finish.
		err = s.uploads.FinishIfIdle(ctx, x.id)
	}
	return up, err
}

// admit checks a PATCH against the upload, where tusd's handler is too lenient or too terse.
func (x *exchange) admit(ctx context.Context, up pawl.Upload) error {
	switch {
	case up.Kind == pawl.Final:
		return uploads.ErrFinal
	case up.Kind == pawl.Regular && up.Complete() && !up.Filed: // the request that brought the last byte could not
		if err := x.session.Finish(ctx); err != nil {
			return err
		}
	}
	if x.offset != up.Progress.Offset {
		return uploads.ErrOffset(up.Progress.Offset, x.offset)
	}
	length, err := x.admitLength(up)
	if err != nil || length == pawl.UnknownLength {
		return err
	}
	switch {
	case length < up.Progress.Offset:
		return pawl.Errorf(pawl.Invalid, "the upload already has %d bytes, more than the declared length of %d", up.Progress.Offset, length)
	case x.body.known > length-up.Progress.Offset:
		return uploads.ErrTooLong
	case !up.Complete():
		return nil
	}
	more, err := x.body.peek()
	if err == nil && more {
		err = uploads.ErrTooLong
	}
	return err
}

// admitLength returns the upload's length, which the PATCH may declare, or UnknownLength.
func (x *exchange) admitLength(up pawl.Upload) (int64, error) {
	if x.length == pawl.UnknownLength || up.Length == pawl.UnknownLength {
		return max(x.length, up.Length), nil
	}
	if x.length != up.Length {
		return 0, uploads.ErrLength(up.Length)
	}
	x.request.Header.Del("Upload-Length") // known already; tusd's handler would declare it again
	return up.Length, nil
}

func (store) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload { return u.(*upload) }

func (store) AsConcatableUpload(u handler.Upload) handler.ConcatableUpload { return u.(*upload) }

func (store) AsLengthDeclarableUpload(u handler.Upload) handler.LengthDeclarableUpload {
	return u.(*upload)
}

// upload is an upload in one request.
type upload struct {
	store
	x        *exchange
	up       pawl.Upload
	whole    bool // only planned: its bytes come with this request
	finished bool // it is a file already
}

func (u *upload) GetInfo(context.Context) (handler.FileInfo, error) {
	return handler.FileInfo{
		ID:             string(u.up.ID),
		Size:           max(0, u.up.Length),
		SizeIsDeferred: u.up.Length == pawl.UnknownLength,
		Offset:         u.up.Progress.Offset,
		IsPartial:      u.up.Kind == pawl.Partial,
		IsFinal:        u.up.Kind == pawl.Final && u.x.request.Method == http.MethodPatch,
	}, nil
}

func (u *upload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	ctx = context.WithoutCancel(ctx)
	src = &endReader{tusd: src, body: u.x.body}
	if u.whole {
		if err := u.uploads.Put(ctx, u.up, src, u.x.checksum); err != nil {
			return 0, u.x.toTus(err)
		}
		u.finished = true
		return u.up.Length, nil
	}
	end, err := u.append(ctx, offset, src)
	if err != nil {
		return end - offset, u.x.toTus(err)
	}
	u.up.UpdatedAt = u.uploads.Now()
	u.x.expires = u.uploads.Expires(u.up)
	return end - offset, nil
}

func (u *upload) append(ctx context.Context, offset int64, src io.Reader) (end int64, err error) {
	if sum := u.x.checksum; sum != nil {
		return u.x.session.AppendChecked(ctx, offset, u.x.declares, src, sum)
	}
	return u.x.session.Append(ctx, offset, src)
}

func (u *upload) FinishUpload(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	switch {
	case u.finished:
	case u.whole: // empty, and no body came
		err = u.uploads.Put(ctx, u.up, http.NoBody, u.x.checksum)
	default:
		err = u.finish(ctx)
	}
	if err != nil {
		return u.x.toTus(err)
	}
	if u.up.Kind != pawl.Partial {
		u.x.expires = time.Time{} // it is a file by now, or complete
	}
	return nil
}

// finish finishes an upload, also an empty one that was created without a body: that one
// has no session yet.
func (u *upload) finish(ctx context.Context) error {
	if u.x.session != nil {
		return u.x.session.Finish(ctx)
	}
	s, err := u.uploads.Open(ctx, u.x.principal, u.up.ID, func() {})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Finish(ctx)
}

// DeclareLength leaves it to AppendChecked where the body has a checksum: if that is wrong,
// nothing of the request may stay.
func (u *upload) DeclareLength(ctx context.Context, length int64) error {
	if u.x.checksum != nil {
		u.x.declares = length
		return nil
	}
	if err := u.x.session.DeclareLength(context.WithoutCancel(ctx), length); err != nil {
		return u.x.toTus(err)
	}
	return nil
}

// Terminate ends an upload, or deletes the file it has become.
func (u *upload) Terminate(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	err := u.uploads.Abort(ctx, u.x.principal, u.up.ID)
	if pawl.KindOf(err) == pawl.NotFound {
		err = u.files.Delete(ctx, u.x.principal, u.up.ID)
	}
	if err != nil {
		return u.x.toTus(err)
	}
	return nil
}

// ConcatUploads has nothing left to do: NewUpload joins.
func (u *upload) ConcatUploads(context.Context, []handler.Upload) error { return nil }

// GetReader is for downloads, which tusd's handler does not serve here.
func (u *upload) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, errors.ErrUnsupported
}
