package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// options say what a cluster is made of.
type options struct {
	dir       string // where everything is kept
	pawl      string // the binaries
	versitygw string
	instances int
	listen    string   // where the balancer is reached; empty: a free port
	settings  []string // of PostgreSQL, such as fsync=off
	environ   []string // of the instances, such as PAWL_LOG_LEVEL=debug
}

// cluster is a database, an S3 server, instances of Pawl and a balancer in front
// of them.
type cluster struct {
	options
	services
	instances []*instance
	balancer  *balancer
	listener  net.Listener
	server    *http.Server
	stopWatch func()
}

// startLimit is how long a part may take to become ready.
const startLimit = time.Minute

// newCluster makes the parts, and starts none of them.
func newCluster(ctx context.Context, o options, log *slog.Logger) (_ *cluster, err error) {
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return nil, err
	}
	if o.pawl, err = filepath.Abs(o.pawl); err != nil {
		return nil, err
	}
	if !isProgram(o.pawl) {
		return nil, fmt.Errorf("there is no pawl at %q; `make build` builds it", o.pawl)
	}
	if err := os.MkdirAll(filepath.Join(o.dir, "logs"), 0o755); err != nil {
		return nil, err
	}
	c := &cluster{options: o}
	if c.services, err = newServices(ctx, o); err != nil {
		return nil, err
	}
	var addresses []string
	for n := range o.instances {
		i, err := newInstance(n+1, o.dir, o.pawl, c.environment())
		if err != nil {
			return nil, err
		}
		c.instances = append(c.instances, i)
		addresses = append(addresses, i.address)
	}
	c.balancer = newBalancer(addresses, log)
	return c, nil
}

// environment is what makes instances of one cluster: the same database, and the
// same bucket.
func (c *cluster) environment() []string {
	return append(c.services.environment(firstDatabase, "files"), c.environ...)
}

// up starts everything, each part when those it needs are there.
func (c *cluster) up(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := c.services.up(ctx); err != nil {
		return err
	}
	for _, i := range c.instances { // all at once, as replicas do
		if err := i.start(); err != nil {
			return err
		}
	}
	for _, i := range c.instances {
		if err := i.await(ctx, i.ready); err != nil {
			return err
		}
	}
	return c.open(ctx)
}

// open lets requests in.
func (c *cluster) open(ctx context.Context) (err error) {
	listen := c.listen
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	if c.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", listen); err != nil {
		return err
	}
	watching, stop := context.WithCancel(context.Background())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		c.balancer.watch(watching)
	}()
	c.stopWatch = func() {
		stop()
		<-watched
	}
	c.server = &http.Server{Handler: c.balancer, ReadHeaderTimeout: 20 * time.Second}
	go func() { _ = c.server.Serve(c.listener) }() // until it is closed
	return nil
}

// url is where the cluster is reached.
func (c *cluster) url() string { return "http://" + c.listener.Addr().String() }

// down ends everything, each part before those it needs. It is for clusters that
// did not come up, too.
func (c *cluster) down() error {
	if c.stopWatch != nil {
		c.stopWatch()
	}
	var errs []error
	for _, i := range c.instances {
		errs = append(errs, i.signal(os.Interrupt)) // they drain side by side
	}
	for _, i := range c.instances {
		errs = append(errs, i.down())
	}
	if c.server != nil {
		errs = append(errs, c.server.Close())
	}
	return errors.Join(append(errs, c.services.down())...)
}
