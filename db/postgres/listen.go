package postgres

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"pawl"
)

// Heard has the functions that [Store.Listen] calls for notifications. They are called
// one after the other, and should return soon; one that is nil is not called.
type Heard struct {
	// Wanted is called when another instance needs an upload whose lease this one has.
	Wanted func(pawl.ID)
	// Event is called when an event was recorded, here or elsewhere, and when a
	// notification may have been missed.
	Event func()
}

// The channels of NOTIFY.
const (
	channelEvent  = "pawl_event"
	channelWanted = "pawl_wanted" // holder and upload, a space between
	channelFreed  = "pawl_freed"  // upload; empty: many
)

const (
	// probeAfter is after how long without a notification the connection is probed.
	probeAfter = 15 * time.Second
	probeLimit = 5 * time.Second
	minBackoff = 100 * time.Millisecond
	maxBackoff = 5 * time.Second
)

// Listen calls h for notifications of other instances, until ctx ends. It has a
// connection of its own, and opens a new one when that breaks.
func (s *Store) Listen(ctx context.Context, h Heard) {
	if h.Wanted == nil {
		h.Wanted = func(pawl.ID) {}
	}
	if h.Event == nil {
		h.Event = func() {}
	}
	backoff := minBackoff
	for ctx.Err() == nil {
		began := time.Now()
		err := s.listen(ctx, h)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > maxBackoff {
			backoff = minBackoff
		}
		s.log.WarnContext(ctx, "notifications of other instances are not received; trying again", "in", backoff, "error", err)
		select {
		case <-time.After(backoff):
		case <-ctx.Done():
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// listen listens on one connection until it breaks.
func (s *Store) listen(ctx context.Context, h Heard) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeLimit)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if err := exec(ctx, conn, "LISTEN "+channelEvent+"; LISTEN "+channelWanted+"; LISTEN "+channelFreed); err != nil {
		return err
	}
	s.leases.freed.wake("")
	h.Event()
	for {
		n, err := next(ctx, conn)
		if err != nil {
			return err
		}
		if n != nil {
			s.notify(n, h)
		}
	}
}

func (s *Store) notify(n *pgconn.Notification, h Heard) {
	switch n.Channel {
	case channelEvent:
		h.Event()
	case channelFreed:
		s.leases.freed.wake(pawl.ID(n.Payload))
	case channelWanted:
		holder, id, _ := strings.Cut(n.Payload, " ")
		if holder == s.leases.current().id {
			h.Wanted(pawl.ID(id))
		}
	}
}

// next waits for a notification. It returns nil where there was none for a while and the
// connection still works.
func next(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	quiet, cancel := context.WithTimeout(ctx, probeAfter)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	if err == nil || !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil || conn.IsClosed() {
		return n, err
	}
	return nil, exec(ctx, conn, "SELECT 1")
}

func exec(ctx context.Context, conn *pgx.Conn, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	_, err := conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return err
}
