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

// Heard is told what other instances say. Both are called one after the other, and
// should return soon; nil is not told.
type Heard struct {
	// Wanted: another instance wants an upload whose lease this one has.
	Wanted func(pawl.ID)
	// Event: something was recorded, here or elsewhere. It is called too when some
	// notice may have been missed.
	Event func()
}

// The channels of NOTIFY.
const (
	channelEvent  = "pawl_event"
	channelWanted = "pawl_wanted" // holder and upload, a space between
	channelFreed  = "pawl_freed"  // upload; empty: many
)

const (
	// silence is after how long without a notice the connection is tried.
	silence    = 15 * time.Second
	tryLimit   = 5 * time.Second
	minBackoff = 100 * time.Millisecond
	maxBackoff = 5 * time.Second
)

// Listen tells what other instances say, until ctx ends. It has a connection of its
// own, and makes a new one when that breaks.
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
		s.log.WarnContext(ctx, "other instances are not heard; trying again", "in", backoff, "error", err)
		select {
		case <-time.After(backoff):
		case <-ctx.Done():
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// listen listens on one connection for as long as it works.
func (s *Store) listen(ctx context.Context, h Heard) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tryLimit)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if err := try(ctx, conn, "LISTEN "+channelEvent+"; LISTEN "+channelWanted+"; LISTEN "+channelFreed); err != nil {
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
			s.hear(n, h)
		}
	}
}

func (s *Store) hear(n *pgconn.Notification, h Heard) {
	switch n.Channel {
	case channelEvent:
		h.Event()
	case channelFreed:
		s.leases.freed.wake(pawl.ID(n.Payload))
	case channelWanted:
		holder, id, _ := strings.Cut(n.Payload, " ")
		if holder == s.leases.now().id {
			h.Wanted(pawl.ID(id))
		}
	}
}

// next waits for a notice. It is nil where there was none for a while and the
// connection works all the same.
func next(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	quiet, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	if err == nil || !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil || conn.IsClosed() {
		return n, err
	}
	return nil, try(ctx, conn, "SELECT 1")
}

func try(ctx context.Context, conn *pgx.Conn, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, tryLimit)
	defer cancel()
	_, err := conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return err
}
