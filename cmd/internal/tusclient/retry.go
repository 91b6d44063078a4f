package tusclient

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	minWait = 250 * time.Millisecond
	maxWait = 15 * time.Second
	// maxRetryAfter is the longest Retry-After that is respected.
	maxRetryAfter = 2 * time.Minute
)

// trial tracks failures without progress.
type trial struct {
	client *Client
	waited time.Duration
	wait   time.Duration
	since  time.Time // of the first failure
}

func (c *Client) newTrial() *trial { return &trial{client: c} }

// moved resets the trial after progress.
func (t *trial) moved() { *t = trial{client: t.client} }

// failed waits for the next attempt. It returns an error if there is none: err is
// permanent, the time for retries is over, or ctx has ended.
func (t *trial) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !isTemporary(err) {
		return err
	}
	if t.since.IsZero() {
		t.since = time.Now()
	}
	wait := t.next(err)
	// The sum of the waits counts even if the clock was set back.
	if max(t.waited, time.Since(t.since))+wait > t.client.RetryFor {
		return fmt.Errorf("gave up after %s: %w", max(t.waited, time.Since(t.since)).Round(time.Second), err)
	}
	t.waited += wait
	if t.client.Retrying != nil {
		t.client.Retrying(err, wait)
	}
	return t.client.pause(ctx, wait)
}

// next returns the next wait: exponential backoff with jitter, and at least the server's
// Retry-After.
func (t *trial) next(err error) time.Duration {
	t.wait = min(max(2*t.wait, minWait), maxWait)
	wait := t.wait/2 + rand.N(t.wait)
	if e, ok := errors.AsType[*StatusError](err); ok {
		wait = max(wait, min(e.RetryAfter, maxRetryAfter))
	}
	return wait
}

func (c *Client) pause(ctx context.Context, d time.Duration) error {
	if c.sleep != nil {
		return c.sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// persist calls do until it succeeds or its error is permanent.
func (c *Client) persist(ctx context.Context, do func() error) error {
	for t := c.newTrial(); ; {
		err := do()
		if err == nil {
			return nil
		}
		if err := t.failed(ctx, err); err != nil {
			return err
		}
	}
}
