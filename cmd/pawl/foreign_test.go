package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pawl/internal/testbed"
)

// foreignClient is a tus client that others wrote: a small program of ours in
// testdata/foreign around their library, which takes a server, a file and flags, and
// prints the upload's URL.
type foreignClient []string

// foreignLibrary is the folder that `make test` has put a library in.
func foreignLibrary(t *testing.T, env, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("requires " + name)
	}
	dir := os.Getenv(env)
	if _, err := os.Stat(dir); dir == "" || err != nil {
		testbed.SkipAloud(t, name+": `make test` installs it where it can be had")
	}
	return dir
}

func (f foreignClient) command(t *testing.T, server, file string, flags ...string) *exec.Cmd {
	t.Helper()
	args := append(append(f[1:len(f):len(f)], server+"/files/", file), flags...)
	cmd := exec.CommandContext(t.Context(), f[0], args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	return cmd
}

// bring uploads the file and returns its URL.
func (f foreignClient) bring(t *testing.T, server, file string, flags ...string) string {
	t.Helper()
	stdout, stderr, code := finish(t, f.command(t, server, file, flags...))
	if code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	return strings.TrimSpace(stdout)
}

// killed uploads the file and is killed when so many bytes have passed the gauge.
func (f foreignClient) killed(t *testing.T, g *gauge, at int64, file string, flags ...string) {
	t.Helper()
	cmd := f.command(t, g.url(), file, flags...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	g.when(at, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != -1 {
		t.Fatalf("the client was not killed but ended with %d\n%s", code, stderr.String())
	}
	g.settle()
}

// outlives uploads the file, and the server is killed and started again when so many
// bytes have passed the gauge.
func (f foreignClient) outlives(t *testing.T, server *serverProcess, g *gauge, at int64, file string, flags ...string) string {
	t.Helper()
	var killed atomic.Bool
	g.when(at, func() {
		server.restart()
		killed.Store(true)
	})
	url := f.bring(t, g.url(), file, flags...)
	if !killed.Load() {
		t.Error("the client was ready before the server was killed")
	}
	return url
}

// goesOn kills the client, runs it again, and kills the server under that one. The
// flags have it remember the upload and try again.
func (f foreignClient) goesOn(t *testing.T, flags ...string) {
	t.Helper()
	const size = 32 << 20
	file, digest := randomFile(t, size)
	server := startServerProcess(t)
	g := newGauge(t, server.addr)

	f.killed(t, g, size/2, file, flags...)
	url := f.outlives(t, server, g, g.sent.Load()+size/4, file, flags...)
	if sent := g.sent.Load(); sent > size*3/2 { // as many as from zero
		t.Errorf("%d bytes were sent for a file of %d", sent, size)
	}
	server.wantOnly(t, url, foreignFile{Size: size, SHA256: digest})
	if again := f.bring(t, g.url(), file, flags...); again != url {
		t.Errorf("the file that is there was uploaded again, to %s", again)
	}
	server.wantOnly(t, url, foreignFile{Size: size, SHA256: digest})
}

// foreignFile is what the API tells of a file.
type foreignFile struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Size     int64             `json:"size"`
	SHA256   string            `json:"sha256"`
	Metadata map[string]string `json:"metadata"`
}

// wantOnly makes sure that the upload at this URL has become the one file there is,
// and that nothing else was begun. What the file is to be called is left open where
// that is empty.
func (s *serverProcess) wantOnly(t *testing.T, url string, want foreignFile) {
	t.Helper()
	files := items[foreignFile](t, s, "/api/v1/files")
	if len(files) != 1 {
		t.Fatalf("there are %d files: %+v", len(files), files)
	}
	want.ID = path.Base(url)
	if got := files[0]; want.Name == "" {
		want.Name, want.Metadata = got.Name, got.Metadata
	}
	if diff := cmp.Diff(want, files[0]); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
	if got := digestAt(t, url); got != want.SHA256 {
		t.Errorf("what is downloaded has the digest %s, want %s", got, want.SHA256)
	}
	if left := items[json.RawMessage](t, s, "/api/v1/uploads"); len(left) != 0 {
		t.Errorf("uploads that are still under way: %s", left)
	}
}

// remove deletes a file, or ends an upload.
func (s *serverProcess) remove(t *testing.T, path string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, "http://"+s.addr+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		t.Fatalf("DELETE %s = %s", path, resp.Status)
	}
}

// items is what a list of the API holds.
func items[T any](t *testing.T, s *serverProcess, path string) []T {
	t.Helper()
	resp, err := http.Get("http://" + s.addr + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var list struct{ Items []T }
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s = %s, %v", path, resp.Status, err)
	}
	return list.Items
}

func foreignProgram(t *testing.T, name string) string {
	t.Helper()
	program, err := filepath.Abs(filepath.Join("testdata", "foreign", name))
	if err != nil {
		t.Fatal(err)
	}
	return program
}
