//go:build linux

package main

import (
	"context"
	"time"

	"pawl/internal/testbed/faultproxy"
	"pawl/internal/testbed/s3test"
)

// gateway is a versitygw with an empty bucket, and a proxy in front of it that counts
// the servers' requests.
type gateway struct {
	s3    *s3test.Server
	proxy *faultproxy.Proxy
}

// traffic is what passed through the proxy.
type traffic struct{ calls, up, down int64 }

func (g *gateway) traffic() traffic {
	up, down := g.proxy.Bytes()
	return traffic{int64(g.proxy.Calls()), up, down}
}

func (t traffic) since(before traffic) traffic {
	return traffic{t.calls - before.calls, t.up - before.up, t.down - before.down}
}

// startGateway keeps the bucket's objects in dir, whose file system needs extended
// attributes.
func startGateway(ctx context.Context, binary, dir string) (_ *gateway, err error) {
	g := &gateway{}
	g.s3, err = s3test.New(s3test.Config{Binary: binary, Dir: dir, Access: "bench", Secret: "bench-secret"})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if err := g.s3.Up(ctx); err != nil {
		g.s3.Stop()
		return nil, err
	}
	if g.proxy, err = faultproxy.New(g.s3.Address, s3test.Operation); err != nil {
		g.s3.Stop()
		return nil, err
	}
	return g, nil
}

// addr is where servers reach the bucket.
func (g *gateway) addr() string { return g.proxy.Address }

func (g *gateway) stop() {
	g.proxy.Close()
	g.s3.Stop()
}
