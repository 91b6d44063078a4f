package postgres

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"pawl"
)

const (
	connectTimeout = 3 * time.Second // to each host, unless the URL says another
	pingTimeout    = 2 * time.Second
	// abandonedAfter is when the server ends a transaction whose instance says nothing
	// more: what it has locked must not stop the others for long.
	abandonedAfter = "5s"
)

func poolConfig(c Config) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return nil, pawl.Because(withoutURL(err), pawl.Invalid, "the database's URL cannot be read")
	}
	config.MaxConns = defaultMaxConns
	if c.MaxConns > 0 {
		config.MaxConns = int32(min(c.MaxConns, 10_000))
	}
	config.PingTimeout = pingTimeout
	config.HealthCheckPeriod = 15 * time.Second
	configure(config.ConnConfig)
	return config, nil
}

// withoutURL returns why a URL could not be parsed, without the URL. pgx hides the
// password where it expects one, and leaves it in "?password=…".
func withoutURL(err error) error {
	if parse, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		parse.ConnString = "URL"
	}
	return err
}

func configure(c *pgx.ConnConfig) {
	limitConnecting(c)
	// After a failover the old server may still answer, and write nothing.
	if c.ValidateConnect == nil {
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	closeOnFatal := c.OnPgError
	c.OnPgError = func(conn *pgconn.PgConn, e *pgconn.PgError) bool {
		if e.Code == readOnlyTransaction {
			return false // closes the connection
		}
		return closeOnFatal(conn, e)
	}
	for name, value := range map[string]string{
		"application_name":                    "pawl",
		"idle_in_transaction_session_timeout": abandonedAfter,
		// An answer leaves when what it tells is durable, also where the server's own
		// default is less. The URL can say otherwise.
		"synchronous_commit": "on",
		// The lists' filters are switched off by empty parameters: a plan made once
		// for all parameters would be a bad one for each.
		"plan_cache_mode": "force_custom_plan",
	} {
		if _, said := c.RuntimeParams[name]; !said {
			c.RuntimeParams[name] = value
		}
	}
}

// limitConnecting bounds the way to a connection that works, for each host: pgx
// bounds the dialing alone, and a server that takes a connection and then says
// nothing would never be given up for the next.
func limitConnecting(c *pgx.ConnConfig) {
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	limit := c.ConnectTimeout
	dialer := &net.Dialer{Timeout: limit, KeepAlive: 15 * time.Second}
	c.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return conn, conn.SetDeadline(time.Now().Add(limit))
	}
	after := c.AfterConnect
	c.AfterConnect = func(ctx context.Context, conn *pgconn.PgConn) error {
		if after != nil {
			if err := after(ctx, conn); err != nil {
				return err
			}
		}
		return conn.Conn().SetDeadline(time.Time{})
	}
}
