package api

import (
	"context"

	"pawl"
)

// uploadEnded is the data of upload.ended.
type uploadEnded struct {
	ID      pawl.ID      `json:"id"`
	Outcome pawl.Outcome `json:"outcome"`
	Reason  string       `json:"reason,omitempty"`
}

// fileDeleted is the data of file.deleted.
type fileDeleted struct {
	ID pawl.ID `json:"id"`
}

// uploadProgress is the data of upload.progress.
type uploadProgress struct {
	ID     pawl.ID `json:"id"`
	Offset int64   `json:"offset"`
	Length *int64  `json:"length"`
	Name   string  `json:"name"`
}

// sendEvent sends an event with the current state of its file or upload. It skips an event
// whose subject has been deleted since, for which a later event follows.
func (s *stream) sendEvent(ctx context.Context, e pawl.Event) error {
	if err := s.sendUploadEnded(e); err != nil {
		return err
	}
	data, err := s.payload(ctx, e)
	switch {
	case err == nil && data != nil:
		return s.out.send(e.Seq, string(e.Type), data)
	case pawl.KindOf(err) == pawl.NotFound, pawl.KindOf(err) == pawl.Gone:
		return nil
	default:
		return err
	}
}

// sendUploadEnded sends upload.ended for an upload that became a file. The domain records
// this and file.created, which follows, as one event. Only file.created has its id, so
// that a client that resumes between the two does not miss it.
func (s *stream) sendUploadEnded(e pawl.Event) error {
	if e.Type != pawl.FileCreated || e.Outcome == "" {
		return nil
	}
	return s.out.send(0, string(pawl.UploadEnded), uploadEnded{ID: e.Subject, Outcome: e.Outcome})
}

// payload returns the data of an event, or nil if the API does not expose its type. The
// error is of kind NotFound or Gone if the subject no longer exists.
func (s *stream) payload(ctx context.Context, e pawl.Event) (any, error) {
	switch e.Type {
	case pawl.UploadStarted:
		up, err := s.uploads.Get(ctx, s.who, e.Subject)
		return uploadOf(up), err
	case pawl.UploadEnded:
		return uploadEnded{e.Subject, e.Outcome, e.Reason}, nil
	case pawl.FileCreated, pawl.FileChanged:
		f, err := s.files.Get(ctx, s.who, e.Subject)
		return fileOf(f), err
	case pawl.FileDeleted:
		return fileDeleted{e.Subject}, nil
	default:
		return nil, nil
	}
}

// sendProgress sends the offsets that have changed since the last call.
func (s *stream) sendProgress() error {
	open := make(map[pawl.ID]int64)
	for _, up := range s.uploads.Active() {
		if up.Kind == pawl.Partial || !s.uploads.MayRead(s.who, up.Owner) {
			continue
		}
		offset := up.Progress.Offset
		open[up.ID] = offset
		if before, known := s.sent[up.ID]; known && before == offset {
			continue
		}
		if err := s.out.send(0, "upload.progress", uploadProgress{up.ID, offset, lengthOf(up), up.Name}); err != nil {
			return err
		}
	}
	s.sent = open
	return s.out.flush()
}
