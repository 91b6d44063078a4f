// Package chaos uploads files to a server while a test makes trouble for it, and checks
// that whatever the server has acknowledged stays true: offsets never go back, every
// finished file is there once and unchanged, and counters equal a count.
package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pawl/internal/testbed"
)

// Config says how a rig uploads, and what is normal while there is trouble.
type Config struct {
	URL        string // of the server, without a slash at its end
	MetricsURL string // where its metrics are
	Clients    int
	MaxSize    int64    // of a file
	Rate       [2]int64 // bounds of an upload's rate, in bytes per second, until [Rig.Run] drains
	// Passing are the statuses after which a request is tried again, beside 423. For
	// HEAD 423 is the only one: other clients start an upload again from zero after
	// another.
	Passing []int
	// Patience has the values to choose from of how long an upload's client waits for
	// anything to move before it cancels a request and tries again.
	Patience []time.Duration
	// Hung reports a canceled request, where that is a defect; nil where it is not.
	Hung       func(request string)
	Backoff    time.Duration // about how long a client waits before it tries again
	AwaitReady bool          // clients also wait then until /readyz responds with 200
	Watch      bool          // offsets in lists and events are checked, too
	Limit      time.Duration // how long a run may take
	Explain    func() string // what is known of a server that is stuck or not ready
}

// Rig is a server in trouble, the clients at work on it, and everything it has ever
// acknowledged to them.
type Rig struct {
	Config
	T      *testing.T
	Ctx    context.Context
	Random *rand.Rand // for the trouble, so that a seed repeats it
	seed   uint64
	http   *http.Client
	table  []byte // random bytes that contents are made of

	work     sync.WaitGroup
	draining atomic.Bool // clients begin no more files, and send as fast as they can
	faults   atomic.Int32
	resumes  atomic.Int64
	// outage counts outages, by halves: while it is odd, and for a request during which
	// it changed, an error status is no defect.
	outage atomic.Int32

	mu       sync.Mutex
	uploads  map[string]*upload  // by id: the acknowledged ones
	unheard  map[string]*content // by name: of creations whose response was lost
	finished []*upload
}

// New returns a rig that ends with the test.
func New(t *testing.T, c Config) *Rig {
	t.Helper()
	seed := testbed.Seed(t)
	ctx, cancel := context.WithCancel(t.Context())
	r := &Rig{
		Config: c, T: t, Ctx: ctx, Random: rand.New(rand.NewPCG(seed, 1)), seed: seed,
		http:    &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}},
		table:   newTable(seed),
		uploads: make(map[string]*upload),
		unheard: make(map[string]*content),
	}
	t.Cleanup(func() {
		cancel()
		r.work.Wait()
		r.http.CloseIdleConnections()
	})
	return r
}

// Fail reports a broken promise. After ten the run ends: more would be noise.
func (r *Rig) Fail(format string, args ...any) {
	r.T.Helper()
	r.T.Errorf(format, args...)
	if r.faults.Add(1) == maxFaults {
		r.T.Error("too many faults: giving up")
		r.draining.Store(true)
	}
}

const maxFaults = 10

// Failed reports whether the run is over because of what went wrong.
func (r *Rig) Failed() bool { return r.faults.Load() >= maxFaults || r.Ctx.Err() != nil }

// abort ends the run for a reason after which nothing else can be found out.
func (r *Rig) abort(format string, args ...any) {
	r.T.Helper()
	r.T.Errorf(format, args...)
	r.faults.Store(maxFaults)
	r.draining.Store(true)
}

// blame reports what is wrong with an upload, once, and how it came to that.
func (r *Rig) blame(u *upload, format string, args ...any) {
	r.T.Helper()
	if u.blamed.CompareAndSwap(false, true) {
		r.Fail("%s (%s): %s\n%s", u.content.name, u.id, fmt.Sprintf(format, args...), u.history())
	}
}

// Outage runs what takes the server away. Requests during it may fail.
func (r *Rig) Outage(trouble func()) {
	r.outage.Add(1)
	trouble()
	r.outage.Add(1)
}

// inOutageSince reports whether there was an outage at the time of an earlier value of
// outage, or has been since.
func (r *Rig) inOutageSince(before int32) bool { return before%2 == 1 || r.outage.Load() != before }

// Draining reports whether trouble has to end.
func (r *Rig) Draining() bool { return r.draining.Load() }

// Pass waits, for as long as the run goes on.
func (r *Rig) Pass(d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Ctx.Done():
	}
}

// Run has the clients at work while there is trouble, lets them finish in peace, and
// compares everything there is with everything there should be.
func (r *Rig) Run(trouble func()) {
	began := time.Now()
	limit := time.AfterFunc(r.Limit, func() { r.abort("the run takes too long:\n%s", r.Explain()) })
	defer limit.Stop()
	watching, stopWatching := context.WithCancel(r.Ctx)
	defer stopWatching()
	if r.Watch {
		r.work.Go(func() { r.watchList(watching) })
		r.work.Go(func() { r.watchEvents(watching) })
	}
	var clients sync.WaitGroup
	for n := range r.Clients {
		clients.Add(1)
		r.work.Go(func() {
			defer clients.Done()
			r.client(n)
		})
	}
	trouble()
	r.draining.Store(true)
	drained := time.Now()
	clients.Wait()
	stopWatching()
	r.work.Wait()
	r.T.Logf("%d files, %d resumptions; %v of trouble, %v until all had arrived", len(r.finished), r.resumes.Load(),
		drained.Sub(began).Round(time.Millisecond), time.Since(drained).Round(time.Millisecond))
	if !r.Failed() {
		r.takeStock()
	}
}

// AwaitHealth waits until the server says that it is ready.
func (r *Rig) AwaitHealth() {
	deadline := time.Now().Add(45 * time.Second)
	for !r.Failed() {
		a, err := r.request(r.Ctx, time.Minute, http.MethodGet, "/readyz", nil)
		if err == nil && a.status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			r.abort("the server did not become ready: status %d, %v\n%s", a.status, err, r.Explain())
			return
		}
		r.Pass(20 * time.Millisecond)
	}
}

// retry waits before a client tries again.
func (r *Rig) retry(random *rand.Rand) {
	r.Pass(r.Backoff/2 + time.Duration(random.Int64N(int64(r.Backoff))))
	if r.AwaitReady {
		r.AwaitHealth()
	}
}

// passes reports whether a client has to try again after a status: something else
// writes to the upload, a part is away, or no instance responded.
func (r *Rig) passes(method string, status int) bool {
	return status == http.StatusLocked || method != http.MethodHead && slices.Contains(r.Passing, status)
}
