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

	"pawl/internal/testbed/postgrestest"
	"pawl/internal/testbed/process"
	"pawl/internal/testbed/s3test"
)

// services are what the instances of a cluster share.
type services struct {
	postgres *postgrestest.Server
	s3       *s3test.Server
}

func newServices(ctx context.Context, o options) (s services, err error) {
	secrets, err := loadSecrets(o.dir)
	if err != nil {
		return s, err
	}
	s.s3, err = s3test.New(s3test.Config{Binary: o.versitygw, Dir: o.dir, Access: secrets.Access, Secret: secrets.Secret})
	if err != nil {
		return s, err
	}
	address, err := process.FreeAddress()
	if err != nil {
		return s, err
	}
	s.postgres, err = postgrestest.New(ctx, postgrestest.Config{
		Dir: o.dir, Address: address, Password: secrets.Database, Settings: o.settings,
	})
	return s, err
}

// up starts both, and waits for them.
func (s services) up(ctx context.Context) error {
	if err := s.postgres.Start(); err != nil {
		return err
	}
	return s.s3.Up(ctx)
}

func (s services) down() error { return errors.Join(s.s3.Down(), s.postgres.Shutdown()) }

// environment is what makes an instance use this database, and this folder of the
// bucket.
func (s services) environment(database, folder string) []string {
	return append(s.s3.Credentials(), "PAWL_DATABASE_URL="+s.postgres.DatabaseURL(database),
		"PAWL_STORAGE_URL="+s3test.FolderURL(s.s3.Address, folder))
}

// settlements gives each who asks a database and a folder of the bucket of their
// own, as the variables of a Pawl that is to use them: tests start many, and none
// may see what another has done.
type settlements struct {
	services
	given atomic.Int64
}

func (s *settlements) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	name := fmt.Sprintf("pawl_%d", s.given.Add(1))
	if err := s.postgres.CreateDatabase(name); err != nil {
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
