//go:build unix

package main

import (
	"context"
	"testing"
	"time"

	"pawl/internal/testbed/reverseproxy"
)

// TestInstances kills, pauses and replaces instances under load, behind nginx. Every
// request of every client goes to any of them.
func TestInstances(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about a minute")
	}
	r := newRig(t, reverseproxy.Nginx, 3, 40)
	r.run(func() { r.botherFor(30 * time.Second) })
}

// TestInstancesBehindCaddy does the same, for a shorter time.
func TestInstancesBehindCaddy(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about half a minute")
	}
	r := newRig(t, reverseproxy.Caddy, 3, 20)
	r.run(func() { r.botherFor(15 * time.Second) })
}

func (r *rig) botherFor(d time.Duration) {
	for began := time.Now(); time.Since(began) < d && !r.Draining(); {
		r.Pass(time.Duration(500+r.Random.IntN(2000)) * time.Millisecond)
		r.bother()
	}
}

// TestOutages takes the database away from everybody under load, and S3, behind Caddy.
func TestOutages(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about half a minute")
	}
	r := newRig(t, reverseproxy.Caddy, 2, 20)
	outage := func(down func() error, up func() error) {
		r.Pass(3 * time.Second)
		if err := down(); err != nil {
			r.Fail("%v", err)
		}
		r.Pass(4 * time.Second)
		if err := up(); err != nil {
			r.Fail("%v", err)
		}
		r.awaitInstances()
	}
	startS3 := func() error {
		ctx, cancel := context.WithTimeout(r.Ctx, startLimit)
		defer cancel()
		return r.cluster.s3.Up(ctx)
	}
	r.run(func() {
		outage(r.cluster.postgres.Shutdown, r.cluster.postgres.Start)
		outage(r.cluster.s3.Down, startS3)
		outage(func() error { r.cluster.s3.Kill(); return nil }, startS3)
		r.Pass(2 * time.Second)
	})
}
