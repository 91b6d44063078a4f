//go:build unix

package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/internal/testbed"
	"pawl/internal/testbed/chaos"
	"pawl/internal/testbed/reverseproxy"
	"pawl/internal/testbed/s3test"
)

// rig is a cluster in trouble, and the clients at work on it.
type rig struct {
	*chaos.Rig
	cluster *cluster
}

func newRig(t *testing.T, proxy reverseproxy.Kind, instances, clients int, environ ...string) *rig {
	c := startCluster(t, proxy, instances, environ)
	return &rig{cluster: c, Rig: chaos.New(t, chaos.Config{
		URL:        c.url(),
		MetricsURL: c.instances[0].url() + "/metrics",
		Clients:    clients, MaxSize: 16 << 20, Rate: [2]int64{128 << 10, 1152 << 10},
		Passing:  []int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout},
		Patience: []time.Duration{3 * time.Second, 20 * time.Second},
		Backoff:  200 * time.Millisecond,
		Limit:    4 * time.Minute,
		Explain:  c.logTails,
	})}
}

// startCluster starts a cluster whose proxy sends each request to any instance.
func startCluster(t *testing.T, proxy reverseproxy.Kind, instances int, environ []string) *cluster {
	t.Helper()
	testbed.SkipShort(t, "PostgreSQL, an S3 server and a reverse proxy")
	versitygw, err := s3test.Find()
	if err == nil {
		_, err = reverseproxy.Find(proxy)
	}
	if err != nil {
		testbed.SkipAloud(t, "a cluster: "+err.Error())
	}
	dir, err := os.MkdirTemp("", "pawl-cluster-") // not t.TempDir: PostgreSQL's user has to get at it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c, err := newCluster(t.Context(), options{
		dir: dir, instances: instances, pawl: testbed.Pawl(t), versitygw: versitygw, proxy: proxy, deploy: "../../deploy",
		settings: []string{"fsync=off", "max_connections=200"}, environ: environ,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, i := range c.instances {
			_ = i.Signal(syscall.SIGCONT)
			i.Kill()
		}
		_ = c.down()
		if t.Failed() {
			keepLogs(t, dir)
		}
	})
	if err := c.up(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// keepLogs leaves the logs of a failed test where they can be read.
func keepLogs(t *testing.T, dir string) {
	to, err := os.MkdirTemp("", "pawl-cluster-logs-")
	if err == nil {
		err = os.CopyFS(to, os.DirFS(filepath.Join(dir, "logs")))
	}
	t.Logf("logs are in %s (%v)", to, err)
}

// logTails returns the ends of the logs of all instances, and of the proxy.
func (c *cluster) logTails() string {
	var text strings.Builder
	for _, i := range c.instances {
		text.WriteString(i.Name + ":\n" + i.Tail(2000) + "\n")
	}
	return text.String() + c.front.Name + ":\n" + c.front.Tail(2000)
}

// run has clients at work while there is trouble, and has Pawl itself check what is
// left in the end.
func (r *rig) run(trouble func()) {
	r.Run(trouble)
	if r.T.Failed() {
		return
	}
	for _, i := range r.cluster.instances {
		if err := i.down(); err != nil {
			r.Fail("%v\n%s", err, i.Tail(4000))
		}
	}
	out, err := r.check("--read")
	if err != nil && onlyOrphans(out) {
		// Bytes whose row was never committed, and could not be deleted either: a day
		// later a job would.
		if out, err := r.check("--mend"); err != nil {
			r.Fail("pawl check --mend: %v\n%s", err, out)
		}
		out, err = r.check("--read")
	}
	if err != nil {
		r.Fail("pawl check: %v\n%s", err, out)
	}
}

// onlyOrphans reports whether all that was found is bytes that nothing refers to.
func onlyOrphans(out []byte) bool {
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("- ")) && !bytes.Contains(line, []byte("bytes belong to no file and no upload")) {
			return false
		}
	}
	return true
}

// check has Pawl compare the database with the storage, in an empty directory.
func (r *rig) check(how string) ([]byte, error) {
	cmd := exec.CommandContext(r.Ctx, r.cluster.pawl, "check", how)
	cmd.Dir = r.T.TempDir()
	cmd.Env = append(os.Environ(), r.cluster.environment()...)
	out, err := cmd.CombinedOutput()
	r.T.Logf("pawl check %s: %s", how, bytes.TrimSpace(out))
	left, dirErr := os.ReadDir(cmd.Dir)
	if dirErr != nil || len(left) > 0 {
		r.Fail("it left %v where it ran, %v", left, dirErr)
	}
	return out, err
}

// bother does something to an instance, or to two, and has it back in the end.
func (r *rig) bother() {
	instances := r.Random.Perm(len(r.cluster.instances))
	victims := []*instance{r.cluster.instances[instances[0]]}
	if len(instances) > 1 && r.Random.IntN(4) == 0 {
		victims = append(victims, r.cluster.instances[instances[1]])
	}
	switch r.Random.IntN(5) {
	case 0, 1: // nobody can prepare for this
		for _, v := range victims {
			v.Kill()
		}
		r.Pass(time.Duration(r.Random.IntN(1500)) * time.Millisecond)
	case 2: // as when it is replaced by a newer version
		for _, v := range victims {
			if err := v.down(); err != nil {
				r.Fail("%v\n%s", err, v.Tail(4000))
			}
		}
	default: // it wakes up after its leases were taken, and believes it is still then
		for _, v := range victims {
			r.send(v, syscall.SIGSTOP)
		}
		r.Pass(pausedFor)
		for _, v := range victims {
			r.send(v, syscall.SIGCONT)
		}
	}
	for _, v := range victims {
		if err := v.Start(); err != nil {
			r.Fail("%v", err)
		}
	}
	r.awaitInstances()
}

// pausedFor is longer than a lease holds whose instance gives no sign of life.
const pausedFor = 7 * time.Second

func (r *rig) send(i *instance, s syscall.Signal) {
	if err := i.Signal(s); err != nil {
		r.Fail("%v", err)
	}
}

// awaitInstances waits until all are ready again.
func (r *rig) awaitInstances() {
	ctx, cancel := context.WithTimeout(r.Ctx, startLimit)
	defer cancel()
	for _, i := range r.cluster.instances {
		if err := i.Await(ctx, i.ready); err != nil && r.Ctx.Err() == nil {
			r.Fail("%v", err)
		}
	}
}
