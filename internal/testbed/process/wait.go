package process

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	pollEvery = 25 * time.Millisecond
	tailBytes = 4000
)

// Await polls until ready returns true. It returns an error, with the end of the log,
// if the process or ctx ends before that.
func (p *Process) Await(ctx context.Context, ready func(context.Context) bool) error {
	_, ended := p.Current()
	for {
		if ready(ctx) {
			return nil
		}
		select {
		case <-time.After(pollEvery):
		case <-ended:
			return fmt.Errorf("%s ended when it was started:\n%s", p.Name, p.Tail(tailBytes))
		case <-ctx.Done():
			return fmt.Errorf("%s did not become ready: %w\n%s", p.Name, context.Cause(ctx), p.Tail(tailBytes))
		}
	}
}

// Listens reports whether a TCP connection to the address can be opened.
func Listens(ctx context.Context, address string) bool {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// healthClient opens a connection for each request: one that was opened before may
// still be answered when new ones no longer are.
var healthClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// AnswersOK reports whether a GET request is answered with 200 within the limit.
func AnswersOK(ctx context.Context, url string, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
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
