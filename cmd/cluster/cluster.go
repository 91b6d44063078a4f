package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"pawl/internal/testbed/postgrestest"
	"pawl/internal/testbed/process"
	"pawl/internal/testbed/reverseproxy"
)

// options say what a cluster is made of.
type options struct {
	dir       string // where everything is kept
	pawl      string // the binaries
	versitygw string
	instances int
	proxy     reverseproxy.Kind
	deploy    string   // the directory of the proxies' configuration files
	listen    string   // where the proxy listens; empty: a free port
	settings  []string // of PostgreSQL, such as fsync=off
	environ   []string // of the instances, such as PAWL_LOG_LEVEL=debug
}

// cluster is a database, an S3 server, instances of Pawl and a reverse proxy in front
// of them.
type cluster struct {
	options
	services
	instances []*instance
	front     *reverseproxy.Proxy
}

// startLimit is how long a part may take to become ready.
const startLimit = time.Minute

// newCluster makes the parts, and starts none of them.
func newCluster(ctx context.Context, o options) (_ *cluster, err error) {
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return nil, err
	}
	if o.pawl, err = filepath.Abs(o.pawl); err != nil {
		return nil, err
	}
	if !process.IsProgram(o.pawl) {
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
	c.front, err = reverseproxy.New(reverseproxy.Config{
		Kind: o.proxy, Dir: o.dir, Deploy: o.deploy, Address: o.listen, Instances: addresses,
	})
	return c, err
}

// environment is what makes instances of one cluster: the same database, and the
// same bucket.
func (c *cluster) environment() []string {
	return append(c.services.environment(postgrestest.FirstDatabase, "files"), c.environ...)
}

// up starts everything, each part when those it needs are there.
func (c *cluster) up(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := c.services.up(ctx); err != nil {
		return err
	}
	for _, i := range c.instances { // all at once, as replicas do
		if err := i.Start(); err != nil {
			return err
		}
	}
	for _, i := range c.instances {
		if err := i.Await(ctx, i.ready); err != nil {
			return err
		}
	}
	return c.front.Up(ctx)
}

// url is where the cluster is reached.
func (c *cluster) url() string { return c.front.URL() }

// down ends everything, each part before those it needs. It is for clusters that
// did not come up, too.
func (c *cluster) down() error {
	var errs []error
	for _, i := range c.instances {
		errs = append(errs, i.Signal(os.Interrupt)) // they drain side by side
	}
	for _, i := range c.instances {
		errs = append(errs, i.down())
	}
	return errors.Join(append(errs, c.front.Down(), c.services.down())...)
}
