package tusclient

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
)

const (
	// defaultPiece is how many bytes are buffered to be sent again after a failure.
	defaultPiece = 8 << 20
	// maxPiece is the maximum size of the buffer, whatever the chunk size.
	maxPiece = 256 << 20
)

// pipe is an upload from a reader that can be read only once and whose length is unknown.
type pipe struct {
	*job
	in    *bufio.Reader
	piece []byte // buffered bytes, from start
	start int64
	whole int64 // length of the upload, 0 until the end is reached
}

// UploadStream uploads everything it reads from r. It ignores Source, Size, Parts, State
// and Save of u: another process cannot resume the upload.
func (c *Client) UploadStream(ctx context.Context, r io.Reader, u Upload) (Stored, error) {
	u.Save = nil
	p := &pipe{job: &job{Client: c, Upload: u, digest: newDigest(nil)}, in: bufio.NewReader(r)}
	if err := p.read(); err != nil {
		return Stored{}, err
	}
	if p.ends() {
		u.Source, u.Size, u.Parts, u.State = bytes.NewReader(p.piece), int64(len(p.piece)), 1, State{}
		return c.Upload(ctx, u)
	}
	url, err := p.begin(ctx)
	for err == nil && !p.ends() {
		if err = p.send(ctx, url); err == nil {
			err = p.read()
		}
	}
	if err == nil {
		p.whole = p.start + int64(len(p.piece))
		err = p.send(ctx, url)
	}
	return Stored{url, p.whole, p.digest.sum()}, err
}

func (p *pipe) begin(ctx context.Context) (string, error) {
	if !p.Server.Offers("creation-defer-length") {
		return "", unusablef("the server requires the length in advance, which is unknown for standard input: upload a file instead")
	}
	url, _, err := p.createFor(ctx, Creation{Length: UnknownLength, Metadata: p.Metadata})
	return url, err
}

// read reads the next piece.
func (p *pipe) read() error {
	size := p.ChunkSize
	if size <= 0 {
		size = defaultPiece
	}
	p.start += int64(len(p.piece))
	if p.piece == nil {
		p.piece = make([]byte, min(size, maxPiece))
	}
	n, err := io.ReadFull(p.in, p.piece[:cap(p.piece)])
	p.piece = p.piece[:n]
	p.digest.add(p.start, p.piece)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return unusable{err}
	}
	return nil
}

// ends reports whether the current piece is the last.
func (p *pipe) ends() bool {
	_, err := p.in.Peek(1)
	return err != nil
}

// send sends the current piece.
func (p *pipe) send(ctx context.Context, url string) error {
	t, offset, end := p.newTrial(), p.start, p.start+int64(len(p.piece))
	for offset < end {
		reached, err := p.patch(ctx, url, offset)
		if err != nil {
			if err := t.failed(ctx, err); err != nil {
				return err
			}
			if reached, err = p.ask(ctx, url, t, end); err != nil {
				return err
			}
		}
		if reached > offset {
			t.moved()
			p.moved(reached-offset, true)
		}
		offset = reached
	}
	return nil
}

func (p *pipe) patch(ctx context.Context, url string, offset int64) (int64, error) {
	rest := p.piece[offset-p.start:]
	piece := Piece{Offset: offset, Content: bytes.NewReader(rest), Length: int64(len(rest)), Whole: p.whole}
	if algorithm := p.Server.checksum(); algorithm != "" {
		sum, err := checksumOf(algorithm, bytes.NewReader(rest))
		if err != nil {
			return offset, err
		}
		piece.Checksum = sum
	}
	reached, err := p.Patch(ctx, url, piece)
	if err == nil && reached == offset {
		err = errNothingTaken
	}
	return reached, err
}

// ask requests the offset. An offset outside the current piece is an error, since only
// that piece can be sent again.
func (p *pipe) ask(ctx context.Context, url string, t *trial, end int64) (int64, error) {
	for {
		status, err := p.Head(ctx, url)
		switch {
		case err == nil && (status.Offset < p.start || status.Offset > end):
			return 0, unusablef("the server has %d bytes, but only bytes %d to %d can be sent again", status.Offset, p.start, end)
		case err == nil:
			return status.Offset, nil
		}
		if err := t.failed(ctx, err); err != nil {
			return 0, err
		}
	}
}
