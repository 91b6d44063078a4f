package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthCommand checks whether the server on this machine responds, for containers
// without a shell.
type healthCommand struct{}

const healthTimeout = 5 * time.Second

func (healthCommand) Run(a *app) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(a.ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+localAddress(c.listen)+"/healthz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("the server does not respond: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is unhealthy: %s", resp.Status)
	}
	_, err = fmt.Fprintln(a.stdout, "ok")
	return err
}

// localAddress returns the address by which this machine reaches a listen address.
func localAddress(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	switch ip := net.ParseIP(host); {
	case host == "", ip != nil && ip.Equal(net.IPv4zero):
		host = "127.0.0.1"
	case ip != nil && ip.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}
