//go:build linux

package main

import (
	"encoding/binary"
	"math/rand/v2"
)

const (
	mib = 1 << 20
	gib = 1 << 30

	payloadBytes = 16 * mib
	// payloadStep keeps the starts of different bodies apart by an odd number of
	// cache lines, so that no two bodies are equal and none is compressible.
	payloadStep = 64*1009 + 64
)

// payload is random bytes shared by all requests: body number i begins at a place
// of its own in it, and wraps.
type payload []byte

func newPayload() payload {
	source := rand.NewPCG(20, 26)
	p := make(payload, payloadBytes)
	for i := 0; i < len(p); i += 8 {
		binary.LittleEndian.PutUint64(p[i:], source.Uint64())
	}
	return p
}

// at is up to n bytes of body number i from its offset on: fewer where the
// payload wraps.
func (p payload) at(i int, offset, n int64) []byte {
	start := (int64(i)*payloadStep + offset) % int64(len(p))
	return p[start:min(start+n, int64(len(p)))]
}

// body is n bytes of body number i from its offset on, in pieces.
func (p payload) body(i int, offset, n int64) [][]byte {
	var pieces [][]byte
	for n > 0 {
		piece := p.at(i, offset, n)
		pieces = append(pieces, piece)
		offset += int64(len(piece))
		n -= int64(len(piece))
	}
	return pieces
}
