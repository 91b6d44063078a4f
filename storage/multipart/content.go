package multipart

import (
	"context"
	"hash/crc32"
	"io"

	"pawl"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// content is the bytes of a part, a tail or a whole blob: buffers in memory, behind
// what of them is in tails. It implements [Content].
type content struct {
	ctx      context.Context // of the call it is the body of; tails are read with it
	remote   Remote
	tails    []string // keys
	size     int64    // bytes of all
	buffers  [][]byte
	crc      uint32
	crcKnown bool // crc is that of all

	tail   int // number of tails read so far
	body   io.ReadCloser
	buffer int
	at     int // in the buffer
	read   int64
}

func bytesContent(p []byte) *content {
	return &content{buffers: [][]byte{p}, size: int64(len(p)), crc: crc32.Checksum(p, castagnoli), crcKnown: true}
}

func (c *content) Size() int64 { return c.size }

func (c *content) Read(p []byte) (int, error) {
	for {
		if c.body == nil && c.tail < len(c.tails) {
			if err := c.openTail(); err != nil {
				return 0, err
			}
		}
		if c.body == nil {
			break
		}
		n, err := c.body.Read(p)
		c.read += int64(n)
		if err == io.EOF {
			_ = c.body.Close()
			c.body = nil
			c.tail++
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
	for c.buffer < len(c.buffers) {
		if n := copy(p, c.buffers[c.buffer][c.at:]); n > 0 {
			c.at += n
			c.read += int64(n)
			return n, nil
		}
		c.buffer, c.at = c.buffer+1, 0
	}
	if c.read != c.size {
		return 0, io.ErrUnexpectedEOF
	}
	return 0, io.EOF
}

func (c *content) openTail() (err error) {
	c.body, _, err = c.remote.GetObject(c.ctx, c.tails[c.tail], Range{}, "")
	if pawl.KindOf(err) == pawl.NotFound {
		return pawl.Because(err, pawl.Gone, ErrUploadGone.Message)
	}
	return err
}

// Seek supports what HTTP clients use: the beginning, where it is and where the end is.
func (c *content) Seek(offset int64, whence int) (int64, error) {
	switch {
	case whence == io.SeekStart && offset == 0:
		c.rewind()
		return 0, nil
	case whence == io.SeekCurrent && offset == 0:
		return c.read, nil
	case whence == io.SeekEnd && offset == 0:
		return c.size, nil
	}
	return 0, io.ErrNoProgress
}

func (c *content) rewind() {
	if c.body != nil {
		_ = c.body.Close()
		c.body = nil
	}
	c.tail, c.buffer, c.at, c.read = 0, 0, 0, 0
}

// CRC32C implements [Content]. What is in tails is read for it.
func (c *content) CRC32C() (uint32, error) {
	if !c.crcKnown {
		c.rewind()
		sum := crc32.New(castagnoli)
		if _, err := io.Copy(sum, c); err != nil {
			return 0, err
		}
		c.rewind()
		c.crc, c.crcKnown = sum.Sum32(), true
	}
	return c.crc, nil
}
