package tusclient

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
)

const (
	// defaultPiece is how much of a pipe is held in memory, to be sent again if need
	// be.
	defaultPiece = 8 << 20
	// mostMemory is the longest piece of a pipe, whatever chunk size is asked for.
	mostMemory = 256 << 20
)

// pipe is an upload from something that can be read only once, and whose length
// nobody knows before its end.
type pipe struct {
	*job
	in    *bufio.Reader
	piece []byte // the bytes from start on
	start int64
	whole int64 // its length, 0 until the end is in sight
}

// UploadStream uploads what it reads. Source, Size, Parts and State of the upload
// are not used; it cannot be gone on with in another run.
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
		return "", unusablef("the server wants to know the length first, which a pipe does not tell: write it to a file and upload that")
	}
	url, _, err := p.createFor(ctx, Creation{Length: UnknownLength, Metadata: p.Metadata})
	return url, err
}

// read takes the next piece in.
func (p *pipe) read() error {
	size := p.ChunkSize
	if size <= 0 {
		size = defaultPiece
	}
	p.start += int64(len(p.piece))
	if p.piece == nil {
		p.piece = make([]byte, min(size, mostMemory))
	}
	n, err := io.ReadFull(p.in, p.piece[:cap(p.piece)])
	p.piece = p.piece[:n]
	p.digest.saw(p.start, p.piece)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return unusable{err}
	}
	return nil
}

// ends reports whether the piece at hand is the last.
func (p *pipe) ends() bool {
	_, err := p.in.Peek(1)
	return err != nil
}

// send sends the piece at hand.
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

// ask asks for the offset; what lies before the piece at hand cannot be sent again.
func (p *pipe) ask(ctx context.Context, url string, t *trial, end int64) (int64, error) {
	for {
		status, err := p.Head(ctx, url)
		switch {
		case err == nil && (status.Offset < p.start || status.Offset > end):
			return 0, unusablef("the server has %d bytes of what was read, of which only bytes %d to %d can be sent again", status.Offset, p.start, end)
		case err == nil:
			return status.Offset, nil
		}
		if err := t.failed(ctx, err); err != nil {
			return 0, err
		}
	}
}
