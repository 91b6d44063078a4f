// Package reverseproxy runs nginx and Caddy in front of instances of Pawl, with the
// configuration files that Pawl ships.
package reverseproxy

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"pawl/internal/testbed/process"
)

// Kind is a program.
type Kind string

// The programs that Pawl ships a configuration for.
const (
	Nginx Kind = "nginx"
	Caddy Kind = "caddy"
)

// Config says what a proxy is in front of.
type Config struct {
	Kind      Kind
	Dir       string   // of the log and temporary files; made if it does not exist
	Deploy    string   // the directory of the configuration files that Pawl ships
	Address   string   // where it listens, as host:port; empty: a free port of the loopback interface
	Instances []string // as host:port
}

// Proxy is an nginx or a Caddy. It sends each request to an instance chosen at random.
type Proxy struct {
	process.Process
	config Config
}

// New writes the configuration of a proxy: the one that is shipped, with other
// addresses. The proxy is not started yet.
func New(c Config) (_ *Proxy, err error) {
	binary, err := Find(c.Kind)
	if err != nil {
		return nil, err
	}
	if c.Address == "" {
		if c.Address, err = process.FreeAddress(); err != nil {
			return nil, err
		}
	}
	if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return nil, err
	}
	p := &Proxy{config: c}
	p.Name, p.Log = string(c.Kind), filepath.Join(c.Dir, "logs", string(c.Kind)+".log")
	p.DeathSignal = syscall.SIGTERM // nginx ends its workers then
	if p.As, err = process.Unprivileged("www-data", "nobody"); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(p.dir(), 0o755); err != nil {
		return nil, err
	}
	if err := p.As.Own(p.dir()); err != nil {
		return nil, err
	}
	if c.Kind == Caddy {
		return p, p.configureCaddy(binary)
	}
	return p, p.configureNginx(binary)
}

// dir is the proxy's own directory.
func (p *Proxy) dir() string { return filepath.Join(p.config.Dir, string(p.config.Kind)) }

func (p *Proxy) write(name, text string) (path string, err error) {
	path = filepath.Join(p.dir(), name)
	return path, os.WriteFile(path, []byte(text), 0o644)
}

func (p *Proxy) shipped(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(p.config.Deploy, name))
	return string(text), err
}

// URL returns the address as a URL.
func (p *Proxy) URL() string { return "http://" + p.config.Address }

// Up starts the proxy and waits until it listens.
func (p *Proxy) Up(ctx context.Context) error {
	if err := p.Start(); err != nil {
		return err
	}
	return p.Await(ctx, func(ctx context.Context) bool { return process.Listens(ctx, p.config.Address) })
}

// Down ends the proxy.
func (p *Proxy) Down() error { return p.Stop(syscall.SIGTERM, 20*time.Second) }

// Find returns the path of a program.
func Find(kind Kind) (string, error) {
	for _, candidate := range []string{string(kind), "/usr/sbin/" + string(kind)} { // Debian's nginx
		if path, err := exec.LookPath(candidate); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed (Debian: apt-get install %s)", kind, kind)
}
