//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"
)

const (
	bucket    = "bench"
	accessKey = "bench"
	secretKey = "bench-secret"
	region    = "us-east-1"
)

// gateway is a versitygw with an empty bucket, and in front of it a proxy that
// counts what the servers ask of it.
type gateway struct {
	cmd   *exec.Cmd
	log   *os.File
	front *http.Server
	addr  string // of the proxy

	calls, up, down atomic.Int64 // requests, and bytes of their bodies
}

// traffic is what passed through the proxy.
type traffic struct{ calls, up, down int64 }

func (g *gateway) traffic() traffic {
	return traffic{g.calls.Load(), g.up.Load(), g.down.Load()}
}

func (t traffic) since(before traffic) traffic {
	return traffic{t.calls - before.calls, t.up - before.up, t.down - before.down}
}

// startGateway keeps the bucket's objects in dir, whose file system has to have
// user attributes.
func startGateway(ctx context.Context, binary, dir string) (_ *gateway, err error) {
	if err := os.MkdirAll(filepath.Join(dir, "s3", bucket), 0o755); err != nil {
		return nil, err
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	g := &gateway{}
	if g.log, err = os.Create(filepath.Join(dir, "s3.log")); err != nil {
		return nil, err
	}
	g.cmd = exec.Command(binary, "-p", addr, "--access", accessKey, "--secret", secretKey, "--region", region,
		"--quiet", "--keep-alive", "posix", filepath.Join(dir, "s3"))
	g.cmd.Stdout, g.cmd.Stderr = g.log, g.log
	if err := g.cmd.Start(); err != nil {
		return nil, err
	}
	if err := g.waitReady(ctx, addr); err != nil {
		g.stop()
		return nil, err
	}
	return g, g.listen(addr)
}

func (g *gateway) waitReady(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("versitygw is not ready: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (g *gateway) listen(backend string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	g.addr = l.Addr().String()
	target := &url.URL{Scheme: "http", Host: backend}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // what the request is signed for
			if r.Out.Body != nil {
				r.Out.Body = counted{r.Out.Body, &g.up}
			}
		},
		ModifyResponse: func(r *http.Response) error {
			g.calls.Add(1)
			r.Body = counted{r.Body, &g.down}
			return nil
		},
		Transport:  &http.Transport{MaxIdleConnsPerHost: 100, DisableCompression: true},
		BufferPool: buffers{},
	}
	g.front = &http.Server{Handler: proxy, ReadHeaderTimeout: time.Minute}
	go func() { _ = g.front.Serve(l) }()
	return nil
}

// counted counts the bytes of a body.
type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// buffers are larger than the proxy's own: it shares the machine with what is
// measured.
type buffers struct{}

func (buffers) Get() []byte { return make([]byte, 256<<10) }
func (buffers) Put([]byte)  {}

func (g *gateway) stop() {
	if g.front != nil {
		_ = g.front.Close()
	}
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait()
	_ = g.log.Close()
}

// env is how the servers find the bucket's owner (AWS SDK, "environment variables").
func (g *gateway) env() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "AWS_REGION=" + region}
}
