package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// services are what the instances of a cluster share.
type services struct {
	postgres *postgres
	gateway  *gateway
}

func newServices(ctx context.Context, o options) (s services, err error) {
	secrets, err := loadSecrets(o.dir)
	if err != nil {
		return s, err
	}
	if s.gateway, err = newGateway(o.dir, o.versitygw, secrets); err != nil {
		return s, err
	}
	s.postgres, err = newPostgres(ctx, o.dir, secrets.Database, o.settings)
	return s, err
}

// up starts both, and waits for them.
func (s services) up(ctx context.Context) error {
	if err := s.postgres.up(ctx); err != nil {
		return err
	}
	return s.gateway.up(ctx)
}

func (s services) down() error { return errors.Join(s.gateway.down(), s.postgres.down()) }

// environment is what makes an instance use this database, and this folder of the
// bucket.
func (s services) environment(database, folder string) []string {
	return append(s.gateway.credentials(), "PAWL_DATABASE_URL="+s.postgres.url(database), "PAWL_STORAGE_URL="+s.gateway.url(folder))
}

// settlements gives each who asks a database and a folder of the bucket of their
// own, as the variables of a Pawl that is to use them: tests start many, and none
// may see what another has done.
type settlements struct {
	services
	given atomic.Int64
}

func (s *settlements) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := fmt.Sprintf("pawl_%d", s.given.Add(1))
	if err := s.postgres.createDatabase(r.Context(), name); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	variables := make(map[string]string)
	for _, line := range s.environment(name, name) {
		key, value, _ := strings.Cut(line, "=")
		variables[key] = value
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(variables) // of texts alone; the client is told if it is cut
}

func (p *postgres) createDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, p.url(firstDatabase))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	return err
}

// servicesEnv is where a command finds [settlements].
const servicesEnv = "PAWL_TEST_SERVICES"

// runBeside runs a command with PostgreSQL and S3 beside it, of which nothing is
// left afterwards.
func runBeside(ctx context.Context, versitygw string, command []string) (err error) {
	if len(command) == 0 {
		return errors.New("-services wants the command that is to be run with them")
	}
	dir, err := os.MkdirTemp("", "pawl-services-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL's user has to get at it
		return err
	}
	s, err := newServices(ctx, options{
		dir: dir, versitygw: versitygw, settings: []string{"fsync=off", "max_connections=200"},
	})
	if err != nil {
		return err
	}
	starting, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	defer func() { err = errors.Join(err, s.down()) }()
	if err := s.up(starting); err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: &settlements{services: s}, ReadHeaderTimeout: 20 * time.Second}
	defer server.Close()
	go func() { _ = server.Serve(l) }() // until it is closed
	return runCommand(ctx, command, servicesEnv+"=http://"+l.Addr().String())
}

func runCommand(ctx context.Context, command []string, variable string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), variable)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", command[0], err)
	}
	return nil
}
