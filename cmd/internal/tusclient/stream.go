package tusclient

import (
	"context"
	"errors"
	"io"
	"sync"
)

// stream sends a source to one upload.
type stream struct {
	client   *Client
	url      string
	source   io.ReaderAt
	size     int64
	digest   *digest // may be nil
	checksum string  // algorithm; "" for none
	moved    func(bytes int64, sent bool)

	mu sync.Mutex
	at int64 // bytes sent so far
}

// resume sends what the server does not have yet.
func (s *stream) resume(ctx context.Context) error {
	offset, err := s.ask(ctx, s.client.newTrial())
	if err != nil {
		return err
	}
	return s.send(ctx, offset)
}

// send sends everything from offset.
func (s *stream) send(ctx context.Context, offset int64) error {
	s.moveTo(offset, false)
	for t := s.client.newTrial(); offset < s.size; {
		reached, err := s.patch(ctx, offset)
		if err != nil {
			if err := t.failed(ctx, err); err != nil {
				return err
			}
			if reached, err = s.ask(ctx, t); err != nil {
				return err
			}
		}
		if reached > offset {
			t.moved()
		}
		offset = reached
		s.moveTo(offset, false)
	}
	return nil
}

// ask requests the offset, and retries temporary failures.
func (s *stream) ask(ctx context.Context, t *trial) (int64, error) {
	for {
		status, err := s.client.Head(ctx, s.url)
		switch {
		case err == nil && status.Offset > s.size, err == nil && status.Length != UnknownLength && status.Length != s.size:
			return 0, errOther
		case err == nil:
			return status.Offset, nil
		}
		if err := t.failed(ctx, err); err != nil {
			return 0, err
		}
	}
}

// errOther is returned if the resume state is of another upload; the upload then starts
// again.
var errOther = unusable{errors.New("the upload to resume is of another file")}

// patch sends the next piece.
func (s *stream) patch(ctx context.Context, offset int64) (int64, error) {
	if s.digest != nil {
		if err := s.digest.reach(ctx, offset); err != nil {
			return offset, err
		}
	}
	p := Piece{Offset: offset, Length: s.size - offset}
	if s.client.ChunkSize > 0 {
		p.Length = min(p.Length, s.client.ChunkSize)
	}
	if s.checksum != "" {
		sum, err := checksumOf(s.checksum, io.NewSectionReader(s.source, offset, p.Length))
		if err != nil {
			return offset, err
		}
		p.Checksum = sum
	}
	body := &reading{stream: s, at: offset, end: offset + p.Length}
	p.Content = body
	reached, err := s.client.Patch(ctx, s.url, p)
	if broken := body.stop(); broken != nil {
		return offset, broken
	}
	if err == nil && reached == offset {
		err = errNothingTaken
	}
	return reached, err
}

var errNothingTaken = &StatusError{Method: "PATCH", Code: 503, Text: "the server stored none of the bytes sent"}

func (s *stream) moveTo(offset int64, sent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved(offset-s.at, sent)
	s.at = offset
}

// reading is a request body. After stop it returns no more bytes: net/http may read a
// body after the request has failed.
type reading struct {
	*stream
	at, end int64

	lock sync.Mutex
	over bool
	err  error
}

func (r *reading) Read(p []byte) (int, error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	switch {
	case r.over:
		return 0, errStopped
	case r.err != nil:
		return 0, r.err
	case r.at == r.end:
		return 0, io.EOF
	}
	n, err := r.source.ReadAt(p[:min(int64(len(p)), r.end-r.at)], r.at)
	if n == 0 {
		r.err = sourceError(err)
		return 0, r.err
	}
	if r.digest != nil {
		r.digest.add(r.at, p[:n])
	}
	r.at += int64(n)
	r.moveTo(r.at, true)
	return n, nil
}

func (r *reading) stop() error {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.over = true
	return r.err
}
