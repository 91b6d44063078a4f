package s3

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"pawl"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// source is the content of a piece: bytes in memory, behind what of them is in
// tails. It can be read again from its beginning, for another attempt.
type source struct {
	ctx    context.Context
	blobs  *Blobs
	tails  []string // keys
	size   int64    // of all
	memory [][]byte
	crc    uint32
	summed bool // crc is that of all

	place int // tails read so far
	body  io.ReadCloser
	chunk int
	at    int
	read  int64
}

func memorySource(p []byte) *source {
	return &source{memory: [][]byte{p}, size: int64(len(p)), crc: crc32.Checksum(p, castagnoli), summed: true}
}

func (s *source) Read(p []byte) (int, error) {
	for {
		if s.body == nil && s.place < len(s.tails) {
			if err := s.openTail(); err != nil {
				return 0, err
			}
		}
		if s.body == nil {
			break
		}
		n, err := s.body.Read(p)
		s.read += int64(n)
		if err == io.EOF {
			_ = s.body.Close()
			s.body = nil
			s.place++
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
	for s.chunk < len(s.memory) {
		if n := copy(p, s.memory[s.chunk][s.at:]); n > 0 {
			s.at += n
			s.read += int64(n)
			return n, nil
		}
		s.chunk, s.at = s.chunk+1, 0
	}
	if s.read != s.size {
		return 0, io.ErrUnexpectedEOF
	}
	return 0, io.EOF
}

func (s *source) openTail() error {
	out, err := s.blobs.client.GetObject(s.ctx, &s3.GetObjectInput{Bucket: &s.blobs.Bucket, Key: &s.tails[s.place]})
	if err = s.blobs.translate("read a tail", err); pawl.KindOf(err) == pawl.NotFound {
		return pawl.Because(err, pawl.Gone, errAborted.Message)
	} else if err != nil {
		return err
	}
	s.body = out.Body
	return nil
}

// Seek goes to the beginning, and tells where it is and where the end is: what the
// SDK asks of a body.
func (s *source) Seek(offset int64, whence int) (int64, error) {
	switch {
	case whence == io.SeekStart && offset == 0:
		s.rewind()
		return 0, nil
	case whence == io.SeekCurrent && offset == 0:
		return s.read, nil
	case whence == io.SeekEnd && offset == 0:
		return s.size, nil
	}
	return 0, io.ErrNoProgress
}

func (s *source) rewind() {
	if s.body != nil {
		_ = s.body.Close()
		s.body = nil
	}
	s.place, s.chunk, s.at, s.read = 0, 0, 0, 0
}

// checksum is the CRC-32C of all, in S3's form. What is in tails is read for it.
func (s *source) checksum() (string, error) {
	if !s.summed {
		sum := crc32.New(castagnoli)
		if _, err := io.Copy(sum, s); err != nil {
			return "", err
		}
		s.rewind()
		s.crc, s.summed = sum.Sum32(), true
	}
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, s.crc)), nil
}
