//go:build unix

package main

import (
	"context"
	"path"
	"testing"

	"github.com/jackc/pgx/v5"

	"pawl/api/tus/conformance"
	"pawl/internal/testbed/postgrestest"
	"pawl/internal/testbed/reverseproxy"
)

// TestConformance walks the tus 1.0 text with an instance on PostgreSQL and S3.
func TestConformance(t *testing.T) {
	const origin = "https://page.example"
	c := startCluster(t, reverseproxy.Nginx, 1, []string{"PAWL_MAX_SIZE=8MiB", "PAWL_H2C=true", "PAWL_CORS_ORIGINS=" + origin})
	one := c.instances[0]
	// closed has the instance forget what it has in memory, and does something before
	// it comes back; after that it has only asked the database for what it had to.
	closed := func(t testing.TB, meanwhile func(ctx context.Context) error) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), startLimit)
		defer cancel()
		for _, step := range []func() error{
			one.down,
			func() error { return meanwhile(ctx) },
			one.Start,
			func() error { return one.Await(ctx, one.ready) },
		} {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
	}
	conformance.Run(t, conformance.Server{
		URL: one.url() + "/files/",
		Want: []string{
			"creation", "creation-with-upload", "creation-defer-length", "expiration", "checksum", "checksum-trailer", "termination", "concatenation",
		},
		MaxSize: 8 << 20, H2C: true, Origin: origin,
		Expire: func(t testing.TB, url string) {
			closed(t, func(ctx context.Context) error { return age(ctx, c.postgres, path.Base(url)) })
		},
		Outage: func(t testing.TB, _ string) func() {
			closed(t, func(context.Context) error { return nil })
			if err := c.postgres.Shutdown(); err != nil {
				t.Fatal(err)
			}
			return func() {
				ctx, cancel := context.WithTimeout(t.Context(), startLimit)
				defer cancel()
				if err := c.postgres.Start(); err != nil {
					t.Fatal(err)
				}
				if err := one.Await(ctx, one.ready); err != nil {
					t.Fatal(err)
				}
			}
		},
	})
}

// age has nothing arrived for an upload in a month.
func age(ctx context.Context, s *postgrestest.Server, id string) error {
	conn, err := pgx.Connect(ctx, s.DatabaseURL(postgrestest.FirstDatabase))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	const month = 30 * 24 * 60 * 60 * 1_000_000 // µs
	_, err = conn.Exec(ctx, "UPDATE uploads SET updated_at = updated_at - $2 WHERE id = $1", id, int64(month))
	return err
}
