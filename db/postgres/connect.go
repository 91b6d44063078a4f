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
	// abandonedAfter is when the server ends a transaction whose instance sends nothing
	// more: its locks must not block the others for long.
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
		// A commit is durable when it returns, also where the server's own default is
		// less. The URL can override it.
		"synchronous_commit": "on",
		// The lists' filters are switched off by empty parameters: a plan made once
		// for all parameters would be a bad one for each.
		"plan_cache_mode": "force_custom_plan",
	} {
		if _, set := c.RuntimeParams[name]; !set {
			c.RuntimeParams[name] = value
		}
	}
}

// limitConnecting bounds how long it takes to connect to each host: pgx bounds the
// dialing alone, and would wait forever for a server that accepts a connection and then
// sends nothing.
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
