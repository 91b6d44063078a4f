//go:build unix

package main

import (
	"testing"
	"time"

	"pawl/internal/testbed/reverseproxy"
)

// TestAlone has one instance on PostgreSQL and a directory killed and paused, and
// the database taken away from it.
func TestAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	r := newRig(t, reverseproxy.Nginx, 1, 12, "PAWL_STORAGE_URL=file:"+t.TempDir())
	r.run(func() {
		for range 3 {
			r.Pass(2 * time.Second)
			r.bother()
		}
		r.Pass(time.Second)
		if err := r.cluster.postgres.Shutdown(); err != nil {
			r.Fail("%v", err)
		}
		r.Pass(3 * time.Second)
		if err := r.cluster.postgres.Start(); err != nil {
			r.Fail("%v", err)
		}
		r.awaitInstances()
		r.Pass(2 * time.Second)
	})
}
