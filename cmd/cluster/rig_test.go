//go:build unix

package main

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pawl/internal/testbed/postgrestest"
)

const (
	seedEnv   = "PAWL_TEST_SEED"   // repeats the uploads and the trouble of an earlier run
	binaryEnv = "PAWL_TEST_BINARY" // tests this binary instead of building one
)

// rig is a cluster in trouble, the clients at work on it, and everything it has
// ever told them.
type rig struct {
	t       *testing.T
	ctx     context.Context
	cluster *cluster
	http    *http.Client
	random  *rand.Rand
	seed    uint64
	bytes   []byte // random ones, of which contents are sections

	draining atomic.Bool // clients begin nothing new, and hurry up
	faults   atomic.Int32
	resumes  atomic.Int64

	mu       sync.Mutex
	uploads  []*upload          // acknowledged ones
	unheard  map[string]content // by name: creations whose answer was lost
	finished []*upload
}

const randomBytes = 32 << 20

func newRig(t *testing.T, instances int, environ ...string) *rig {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv(seedEnv); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedEnv, err)
		}
	}
	t.Logf("%s=%d", seedEnv, seed)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	var key [32]byte
	copy(key[:], strconv.FormatUint(seed, 10))
	r := &rig{
		t: t, ctx: ctx, seed: seed, random: rand.New(rand.NewPCG(seed, 1)),
		http:    &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}},
		bytes:   make([]byte, randomBytes),
		unheard: make(map[string]content),
	}
	_, _ = rand.NewChaCha8(key).Read(r.bytes) // never fails
	r.cluster = startCluster(t, instances, environ)
	t.Cleanup(r.http.CloseIdleConnections)
	return r
}

// startCluster starts one whose balancer picks any instance for every request.
func startCluster(t *testing.T, instances int, environ []string) *cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("requires PostgreSQL and an S3 server")
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
		dir: dir, instances: instances, pawl: pawlBinary(t), versitygw: gatewayBinary(t),
		settings: []string{"fsync=off", "max_connections=200"}, environ: environ,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.balancer.pick = func(ready []*backend) *backend { return ready[rand.IntN(len(ready))] }
	t.Cleanup(func() {
		for _, i := range c.instances {
			_ = i.signal(syscall.SIGCONT)
			i.kill()
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

func pawlBinary(t *testing.T) string {
	t.Helper()
	if binary := os.Getenv(binaryEnv); binary != "" {
		return binary
	}
	binary := filepath.Join(t.TempDir(), "pawl")
	if out, err := exec.Command("go", "build", "-o", binary, "../pawl").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

func gatewayBinary(t *testing.T) string {
	t.Helper()
	binary, err := findVersitygw()
	if err != nil {
		postgrestest.SkipAloud(t, "a cluster: "+err.Error())
	}
	return binary
}

// fail reports a broken promise. After a few the run ends: the rest would be noise.
func (r *rig) fail(format string, args ...any) {
	r.t.Helper()
	r.t.Errorf(format, args...)
	if r.faults.Add(1) == 10 {
		r.t.Error("giving up after ten faults")
		r.draining.Store(true)
	}
}

func (r *rig) failed() bool { return r.faults.Load() >= 10 || r.ctx.Err() != nil }

// pass lets a stretch of time go by that is part of the scenario.
func (r *rig) pass(d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.ctx.Done():
	}
}

// run has clients at work while trouble lasts, lets them finish in peace, and
// takes stock.
func (r *rig) run(clients int, trouble func()) {
	began := time.Now()
	limit := time.AfterFunc(4*time.Minute, func() {
		r.fail("the run takes too long; under way: %s", r.underWayText())
		r.faults.Store(10)
		r.draining.Store(true)
	})
	defer limit.Stop()
	var work sync.WaitGroup
	for n := range clients {
		work.Go(func() { r.client(n) })
	}
	trouble()
	r.draining.Store(true)
	drained := time.Now()
	work.Wait()
	r.t.Logf("%d files, %d resumptions; %v of trouble, %v until all had arrived", len(r.finished), r.resumes.Load(),
		drained.Sub(began).Round(time.Millisecond), time.Since(drained).Round(time.Millisecond))
	if !r.failed() {
		r.takeStock()
	}
}

// bother does something to an instance, or to two, and has it back in the end.
func (r *rig) bother() {
	instances := r.random.Perm(len(r.cluster.instances))
	victims := []*instance{r.cluster.instances[instances[0]]}
	if len(instances) > 1 && r.random.IntN(4) == 0 {
		victims = append(victims, r.cluster.instances[instances[1]])
	}
	switch r.random.IntN(5) {
	case 0, 1: // nobody can prepare for this
		for _, v := range victims {
			v.kill()
		}
		r.pass(time.Duration(r.random.IntN(1500)) * time.Millisecond)
	case 2: // as when it is replaced by a newer version
		for _, v := range victims {
			if err := v.down(); err != nil {
				r.fail("%v\n%s", err, v.tail())
			}
		}
	default: // it wakes up after its leases were taken, and believes it is still then
		for _, v := range victims {
			r.send(v, syscall.SIGSTOP)
		}
		r.pass(pausedFor)
		for _, v := range victims {
			r.send(v, syscall.SIGCONT)
		}
	}
	for _, v := range victims {
		if err := v.start(); err != nil {
			r.fail("%v", err)
		}
	}
	r.awaitInstances()
}

// pausedFor is longer than a lease holds whose instance gives no sign of life.
const pausedFor = 7 * time.Second

func (r *rig) send(i *instance, s syscall.Signal) {
	if err := i.signal(s); err != nil {
		r.fail("%v", err)
	}
}

// awaitInstances waits until all are ready again.
func (r *rig) awaitInstances() {
	ctx, cancel := context.WithTimeout(r.ctx, startLimit)
	defer cancel()
	for _, i := range r.cluster.instances {
		if err := i.await(ctx, i.ready); err != nil && r.ctx.Err() == nil {
			r.fail("%v", err)
		}
	}
}
