package tusclient

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	firstWait   = 250 * time.Millisecond
	longestWait = 15 * time.Second
	// longestAsked is how long a server can make us wait at a time.
	longestAsked = 2 * time.Minute
)

// trial is a run of failures without progress.
type trial struct {
	client *Client
	waited time.Duration
	wait   time.Duration
	since  time.Time // of the first failure
}

func (c *Client) newTrial() *trial { return &trial{client: c} }

// moved forgets the failures so far: there is progress.
func (t *trial) moved() { *t = trial{client: t.client} }

// failed waits before the next attempt. Its error ends the attempts: it is the
// failure itself, if that does not pass or has not passed in time.
func (t *trial) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !passes(err) {
		return err
	}
	if t.since.IsZero() {
		t.since = time.Now()
	}
	wait := t.next(err)
	// What the waits come to counts even if the clock was set back meanwhile.
	if max(t.waited, time.Since(t.since))+wait > t.client.RetryFor {
		return fmt.Errorf("gave up after trying for %s: %w", max(t.waited, time.Since(t.since)).Round(time.Second), err)
	}
	t.waited += wait
	if t.client.Retrying != nil {
		t.client.Retrying(err, wait)
	}
	return t.client.pause(ctx, wait)
}

// next is twice as long as the one before, with jitter so that many clients do not
// come back at the same moment, and never shorter than the server asks for.
func (t *trial) next(err error) time.Duration {
	t.wait = min(max(2*t.wait, firstWait), longestWait)
	wait := t.wait/2 + rand.N(t.wait)
	if e, ok := errors.AsType[*StatusError](err); ok {
		wait = max(wait, min(e.RetryAfter, longestAsked))
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

// persist repeats what can be repeated until it works or is final.
func (c *Client) persist(ctx context.Context, what func() error) error {
	for t := c.newTrial(); ; {
		err := what()
		if err == nil {
			return nil
		}
		if err := t.failed(ctx, err); err != nil {
			return err
		}
	}
}
