// Package s3test provides a real S3 server, versitygw on a directory, to tests and to
// development clusters, and a proxy in front of it that makes requests fail.
package s3test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"pawl/internal/testbed"
	"pawl/internal/testbed/process"
)

const (
	// Bucket is the bucket that every server has.
	Bucket = "pawl"
	// Region is the region of every server.
	Region = "us-east-1"
)

// Config says where a server keeps its objects, and whom it serves.
type Config struct {
	Binary string // of versitygw; see [Find]
	// Dir holds the buckets, each a directory of s3, and the log. Its file system needs
	// extended attributes.
	Dir            string
	Access, Secret string // the owner's credentials
}

// Server is a versitygw on the loopback interface. It keeps its address and its
// objects when it is started again.
type Server struct {
	process.Process
	Address string // host:port
	Config  Config
	t       testing.TB
}

// New returns a server with an empty bucket, or with what an earlier one left in the
// directory. It is not started yet.
func New(c Config) (*Server, error) {
	address, err := process.FreeAddress()
	if err != nil {
		return nil, err
	}
	root := filepath.Join(c.Dir, "s3")
	if err := os.MkdirAll(filepath.Join(root, Bucket), 0o755); err != nil {
		return nil, err
	}
	s := &Server{Address: address, Config: c}
	s.Name, s.Log = "versitygw", filepath.Join(c.Dir, "logs", "versitygw.log")
	s.Command = func() *exec.Cmd {
		cmd := exec.Command(c.Binary, "--port", address, "--region", Region, "--quiet", "--keep-alive", "posix", root)
		// Not as arguments, which other users of the machine can read.
		cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+c.Access, "ROOT_SECRET_KEY="+c.Secret)
		return cmd
	}
	return s, nil
}

// Up starts the server and waits until it listens.
func (s *Server) Up(ctx context.Context) error {
	if err := s.Process.Start(); err != nil {
		return err
	}
	return s.Await(ctx, func(ctx context.Context) bool { return process.Listens(ctx, s.Address) })
}

// Down ends the server in an orderly way.
func (s *Server) Down() error { return s.Process.Stop(syscall.SIGTERM, 10*time.Second) }

// Credentials returns the owner's credentials as environment variables.
func (s *Server) Credentials() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + s.Config.Access, "AWS_SECRET_ACCESS_KEY=" + s.Config.Secret, "AWS_REGION=" + Region}
}

// FolderURL returns the value of PAWL_STORAGE_URL for a folder of the bucket of the
// server at an address, which may be that of a proxy.
func FolderURL(address, folder string) string {
	q := url.Values{"endpoint": {"http://" + address}, "region": {Region}, "path-style": {"true"}}
	return "s3://" + Bucket + "/" + folder + "?" + q.Encode()
}

// Find returns the versitygw that VERSITYGW names, else one in PATH, else the one that
// the Makefile built last.
func Find() (string, error) {
	candidates := []string{os.Getenv("VERSITYGW"), "versitygw"}
	if cache, err := os.UserCacheDir(); err == nil {
		built, _ := filepath.Glob(filepath.Join(cache, "pawl-tools", "versitygw-*")) // the pattern is well formed
		for i := range built {
			candidates = append(candidates, built[len(built)-1-i])
		}
	}
	for _, candidate := range candidates {
		if path, err := exec.LookPath(candidate); candidate != "" && err == nil {
			return path, nil
		}
	}
	return "", errors.New("versitygw is not installed: the Makefile builds it, or VERSITYGW names it")
}

// Start starts a server with an empty bucket, which ends with the test, and sets the
// owner's credentials in the environment.
func Start(t testing.TB) *Server {
	t.Helper()
	testbed.SkipShort(t, "an S3 server")
	binary, err := Find()
	if err != nil {
		testbed.SkipAloud(t, "S3: "+err.Error())
	}
	s, err := New(Config{Binary: binary, Dir: t.TempDir(), Access: "test-access", Secret: "test-secret"})
	if err != nil {
		t.Fatal(err)
	}
	s.t = t
	t.Setenv("AWS_ACCESS_KEY_ID", s.Config.Access)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s.Config.Secret)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Cleanup(s.Stop)
	s.Run()
	return s
}

// Run starts the server of a test again after [Server.Stop].
func (s *Server) Run() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Up(ctx); err != nil {
		s.t.Fatal(err)
	}
}

// Stop kills the server; its objects stay.
func (s *Server) Stop() { s.Kill() }

// URL returns a value of PAWL_STORAGE_URL for the server, or a proxy in front of it.
func URL(address string) string { return FolderURL(address, "blobs") }
