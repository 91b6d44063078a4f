package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

const pollEvery = 25 * time.Millisecond

// await asks again and again until the answer is yes, and gives up where the
// process ends or ctx does.
func (p *process) await(ctx context.Context, ready func(context.Context) bool) error {
	_, ended := p.now()
	for {
		if ready(ctx) {
			return nil
		}
		select {
		case <-time.After(pollEvery):
		case <-ended:
			return fmt.Errorf("%s ended at its start:\n%s", p.name, p.tail())
		case <-ctx.Done():
			return fmt.Errorf("%s did not become ready: %w\n%s", p.name, context.Cause(ctx), p.tail())
		}
	}
}

// listens reports whether somebody takes connections there.
func listens(ctx context.Context, address string) bool {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// healthClient keeps no connections: an instance that is stopped must not be
// taken for well because an old one still holds.
var healthClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// answersOK reports whether a GET is answered with 200 in time.
func answersOK(ctx context.Context, url string, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := healthClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
