package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// crashRig is a server, the clients at work on it, and everything the server has
// ever told them.
type crashRig struct {
	t       *testing.T
	ctx     context.Context
	seed    uint64
	clients int
	server  *crashServer
	http    *http.Client
	table   []byte // random bytes the contents are made of

	work     sync.WaitGroup
	draining atomic.Bool // no more crashes: clients begin nothing new and hurry up
	faults   atomic.Int32
	resumes  atomic.Int64
	// outage counts the crashes, by halves: while it is odd, and for a request
	// during which it changed, errors are no defect. Good news still count.
	outage atomic.Int32

	mu       sync.Mutex
	uploads  map[string]*crashUpload  // by id: the acknowledged ones
	unheard  map[string]*crashContent // by name: creations whose answer was lost
	finished []*crashUpload
}

func newCrashRig(t *testing.T, dataDir string, clients int) *crashRig {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv(crashSeedEnv); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", crashSeedEnv, err)
		}
	}
	t.Logf("%s=%d", crashSeedEnv, seed)
	ctx, cancel := context.WithCancel(t.Context())
	r := &crashRig{
		t: t, ctx: ctx, seed: seed, clients: clients,
		server:  newCrashServer(t, dataDir),
		http:    &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}},
		table:   crashTable(seed),
		uploads: make(map[string]*crashUpload),
		unheard: make(map[string]*crashContent),
	}
	t.Cleanup(func() {
		cancel()
		r.work.Wait()
		r.http.CloseIdleConnections()
	})
	return r
}

// fail reports a broken promise. After a few the run ends: the rest would be noise.
func (r *crashRig) fail(format string, args ...any) {
	r.t.Helper()
	r.t.Errorf(format, args...)
	if r.faults.Add(1) == 10 {
		r.t.Error("giving up after ten faults")
		r.draining.Store(true)
	}
}

// blame reports what is wrong with an upload, once, and how it came to that.
func (r *crashRig) blame(u *crashUpload, format string, args ...any) {
	r.t.Helper()
	if u.blamed.CompareAndSwap(false, true) {
		r.fail("%s (%s): %s\n%s", u.content.name, u.id, fmt.Sprintf(format, args...), u.history())
	}
}

func (r *crashRig) failed() bool { return r.faults.Load() >= 10 || r.ctx.Err() != nil }

// run lets the clients work through a number of crashes, then finish in peace,
// and takes stock.
func (r *crashRig) run(crashes int, crash func()) {
	began := time.Now()
	limit := time.AfterFunc(2*time.Minute+time.Duration(crashes)*10*time.Second, func() {
		r.fail("the run takes too long; goroutines of the server:\n%s", r.server.stacks())
		r.faults.Store(10)
		r.draining.Store(true)
	})
	defer limit.Stop()
	r.server.start()
	if r.awaitReady(); r.failed() {
		return
	}
	watching, stopWatching := context.WithCancel(r.ctx)
	defer stopWatching()
	r.work.Go(func() { r.watchList(watching) })
	r.work.Go(func() { r.watchEvents(watching) })
	var clients sync.WaitGroup
	for i := range r.clients {
		clients.Add(1)
		r.work.Go(func() {
			defer clients.Done()
			r.client(i)
		})
	}
	r.crashRepeatedly(crashes, crash)
	r.draining.Store(true)
	clients.Wait()
	stopWatching()
	r.work.Wait()
	if !r.failed() {
		r.takeStock()
	}
	r.t.Logf("%d crashes, %d files finished, %d resumptions, %v", crashes, len(r.finished), r.resumes.Load(), time.Since(began).Round(time.Millisecond))
}

func (r *crashRig) crashRepeatedly(crashes int, crash func()) {
	random := rand.New(rand.NewPCG(r.seed, 1))
	for range crashes {
		r.pass(time.Duration(30+random.IntN(1900)) * time.Millisecond)
		if r.draining.Load() || r.failed() {
			return
		}
		r.server.checkAlive()
		crash()
		r.server.start()
		if random.IntN(5) == 0 { // now and then, one in the middle of the recovery
			r.pass(time.Duration(random.IntN(80)) * time.Millisecond)
			crash()
			r.server.start()
		}
		r.awaitReady()
		r.checkFiles(3, random)
	}
}

// pass lets a stretch of time go by that is part of the scenario.
func (r *crashRig) pass(d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.ctx.Done():
	}
}

// awaitReady waits until the server says it is ready.
func (r *crashRig) awaitReady() {
	deadline := time.Now().Add(45 * time.Second)
	for !r.failed() {
		a, err := r.request(r.ctx, http.MethodGet, "/readyz", nil)
		if err == nil && a.status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			r.faults.Store(10)
			r.fail("the server did not become ready: status %d, %v\n%s", a.status, err, r.server.logTail())
			return
		}
		r.pass(20 * time.Millisecond)
	}
}

// takeStock compares, in the end, everything there is with everything there should be.
func (r *crashRig) takeStock() {
	files := r.listFiles()
	r.checkFiles(0, nil)
	for _, u := range r.finished {
		r.download(u)
	}
	r.checkStrays(files)
	r.endStrayUploads()
	r.checkStats(r.listFiles())
	if r.faults.Load() > 0 {
		return // what follows would only say so again
	}
	if err := r.server.stop(); err != nil {
		r.fail("the server did not stop as asked: %v\n%s", err, r.server.logTail())
	}
	r.server.check()
}

// checkStrays accounts for files that no client knows: the answer to their
// creation was lost, and they must be whole all the same. A join has none: asked
// for again, it is answered with what it made before.
func (r *crashRig) checkStrays(files map[string]crashJSON) {
	joined := make(map[string]bool)
	for _, u := range r.finished {
		delete(files, u.id)
		joined[u.content.name] = u.joined
	}
	for id, f := range files {
		content := r.unheard[f.Name]
		switch {
		case content == nil:
			r.fail("nobody uploaded the file %s (%s)", f.Name, id)
		case joined[f.Name]:
			r.fail("%s was joined twice", f.Name)
		default:
			r.compare(&crashUpload{id: id, content: content}, f)
		}
	}
}

// endStrayUploads aborts what was begun without the client hearing of it. Nothing
// else may be under way.
func (r *crashRig) endStrayUploads() {
	for left := r.underWay(); len(left) > 0 && !r.failed(); left = r.underWay() {
		for _, item := range left {
			if r.uploads[item.ID] != nil || r.unheard[item.Name] == nil {
				r.fail("%s (%s) is still under way at %d", item.Name, item.ID, item.Offset)
			}
			a, err := r.request(r.ctx, http.MethodDelete, "/api/v1/uploads/"+item.ID, nil)
			if err != nil || a.status != http.StatusNoContent {
				r.fail("DELETE of upload %s: status %d, %v", item.ID, a.status, err)
			}
		}
	}
}

func (r *crashRig) underWay() []crashJSON {
	var list struct {
		Items []crashJSON `json:"items"`
	}
	if err := r.get(r.ctx, "/api/v1/uploads?limit=200", &list); err != nil {
		r.fail("the list of uploads: %v", err)
	}
	return list.Items
}

// crashStats is what the statistics say, and what a count says.
type crashStats struct {
	Files           int64            `json:"files"`
	Bytes           int64            `json:"bytes"`
	UploadsFinished int64            `json:"uploads_finished"`
	UploadsFailed   int64            `json:"uploads_failed"`
	UploadsActive   int64            `json:"uploads_active"`
	Types           map[string]int64 `json:"-"` // bytes by media type
	ByDay           [2]int64         `json:"-"` // files and bytes of the last day
}

// checkStats compares the kept counters with a count of the list. Downloads are
// left out: they are counted in memory first, and a crash may lose some.
func (r *crashRig) checkStats(files map[string]crashJSON) {
	var stats struct {
		Totals crashStats `json:"totals"`
		Types  []struct {
			MediaType string `json:"media_type"`
			Bytes     int64  `json:"bytes"`
		} `json:"types"`
		Days []struct {
			Files int64 `json:"files_total"`
			Bytes int64 `json:"bytes_total"`
		} `json:"days"`
	}
	if err := r.get(r.ctx, "/api/v1/stats", &stats); err != nil {
		r.fail("the statistics: %v", err)
		return
	}
	got := stats.Totals
	got.Types = make(map[string]int64)
	for _, t := range stats.Types {
		got.Types[t.MediaType] += t.Bytes
	}
	if n := len(stats.Days); n > 0 {
		got.ByDay = [2]int64{stats.Days[n-1].Files, stats.Days[n-1].Bytes}
	}
	if diff := cmp.Diff(countStats(files), got); diff != "" {
		r.fail("statistics differ from a full count (-count +statistics):\n%s", diff)
	}
}

func countStats(files map[string]crashJSON) crashStats {
	count := crashStats{Types: make(map[string]int64)}
	for _, f := range files {
		count.Files++
		count.Bytes += f.Size
		count.Types[f.MediaType] += f.Size
	}
	count.UploadsFinished = count.Files // nothing was deleted
	count.ByDay = [2]int64{count.Files, count.Bytes}
	return count
}
