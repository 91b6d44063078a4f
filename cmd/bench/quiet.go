//go:build linux

package main

import (
	"context"
	"runtime"
	"time"
)

const (
	quietLook  = 400 * time.Millisecond
	quietShare = 0.15 // of the machine
)

// awaitQuiet waits, for so long at most, until others leave the machine alone for
// a moment: their work would be measured with the server's.
func awaitQuiet(ctx context.Context, atMost time.Duration) {
	for deadline := time.Now().Add(atMost); time.Now().Before(deadline); {
		before, began := machineBusy(), time.Now()
		select {
		case <-ctx.Done():
			return
		case <-time.After(quietLook):
		}
		if machineBusy()-before < quietShare*time.Since(began).Seconds()*float64(runtime.NumCPU()) {
			return
		}
	}
}
