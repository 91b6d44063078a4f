//go:build unix

package main

import (
	"context"
	"testing"
	"time"
)

// TestInstances kills, pauses and replaces instances under load. Every request of
// every client goes to any of them.
func TestInstances(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about a minute")
	}
	r := newRig(t, 3)
	r.run(40, func() {
		for began := time.Now(); time.Since(began) < 30*time.Second && !r.draining.Load(); {
			r.pass(time.Duration(500+r.random.IntN(2000)) * time.Millisecond)
			r.bother()
		}
	})
}

// TestOutages takes the database away from everybody under load, and S3.
func TestOutages(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about half a minute")
	}
	r := newRig(t, 2)
	outage := func(down func() error, up func(context.Context) error) {
		r.pass(3 * time.Second)
		if err := down(); err != nil {
			r.fail("%v", err)
		}
		r.pass(4 * time.Second)
		if err := up(r.ctx); err != nil {
			r.fail("%v", err)
		}
		r.awaitInstances()
	}
	r.run(20, func() {
		outage(r.cluster.postgres.down, r.cluster.postgres.up)
		outage(r.cluster.gateway.down, r.cluster.gateway.up)
		outage(func() error { r.cluster.gateway.kill(); return nil }, r.cluster.gateway.up)
		r.pass(2 * time.Second)
	})
}
