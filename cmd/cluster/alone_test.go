//go:build unix

package main

import (
	"testing"
	"time"
)

// TestAlone has one instance on PostgreSQL and a directory killed and paused, and
// the database taken away from it.
func TestAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	r := newRig(t, 1, "PAWL_STORAGE_URL=file:"+t.TempDir())
	r.run(12, func() {
		for range 3 {
			r.pass(2 * time.Second)
			r.bother()
		}
		r.pass(time.Second)
		if err := r.cluster.postgres.down(); err != nil {
			r.fail("%v", err)
		}
		r.pass(3 * time.Second)
		if err := r.cluster.postgres.up(r.ctx); err != nil {
			r.fail("%v", err)
		}
		r.awaitInstances()
		r.pass(2 * time.Second)
	})
}
