//go:build linux

package main

import "crypto/sha256"

// digestScenario asks what Pawl costs a single stream beside the digest the other
// servers do not compute.
const digestScenario = "cpu-nodigest"

const shaRounds = 5

// shaSecondsPerGiB is the processor time of SHA-256 over a GiB here and now, in
// pieces of the size a server hashes at a time; the median of a few rounds.
func shaSecondsPerGiB(p payload) float64 {
	const piece, total = 256 << 10, 256 * mib
	rounds := make([]float64, shaRounds)
	for i := range rounds {
		before := ownCPU()
		h := sha256.New()
		for n := int64(0); n < total; n += piece {
			h.Write(p.at(0, n, piece))
		}
		h.Sum(nil)
		rounds[i] = (ownCPU() - before) * gib / total
	}
	return median(rounds)
}
