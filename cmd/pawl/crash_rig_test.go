package main_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"pawl/internal/testbed/chaos"
)

// crashRig is a server that is killed again and again, and the clients at work on it.
type crashRig struct {
	*chaos.Rig
	server *crashServer
}

func newCrashRig(t *testing.T, dataDir string, crashes, clients int) *crashRig {
	server := newCrashServer(t, dataDir)
	r := &crashRig{server: server}
	r.Rig = chaos.New(t, chaos.Config{
		URL: server.url, MetricsURL: server.url + "/metrics",
		Clients: clients, MaxSize: 24 << 20, Rate: [2]int64{512 << 10, 4608 << 10},
		Patience: []time.Duration{2 * time.Minute},
		Hung: func(request string) {
			r.Fail("%s was not answered\n%s", request, server.stacks())
		},
		Backoff: 10 * time.Millisecond, AwaitReady: true, Watch: true,
		Limit:   2*time.Minute + time.Duration(crashes)*10*time.Second,
		Explain: server.stacks,
	})
	return r
}

// run lets the clients work through a number of crashes, and finish in peace.
func (r *crashRig) run(crashes int, crash func()) {
	r.server.start()
	if r.AwaitHealth(); r.Failed() {
		return
	}
	r.Run(func() { r.crashRepeatedly(crashes, crash) })
	if r.T.Failed() {
		return // what follows would only say so again
	}
	if err := r.server.stop(); err != nil {
		r.Fail("the server did not stop as asked: %v\n%s", err, r.server.logTail())
	}
	r.server.check()
}

func (r *crashRig) crashRepeatedly(crashes int, crash func()) {
	for range crashes {
		r.Pass(time.Duration(30+r.Random.IntN(1900)) * time.Millisecond)
		if r.Draining() || r.Failed() {
			return
		}
		r.server.checkAlive()
		r.Outage(crash)
		r.server.start()
		if r.Random.IntN(5) == 0 { // now and then, one in the middle of the recovery
			r.Pass(time.Duration(r.Random.IntN(80)) * time.Millisecond)
			r.Outage(crash)
			r.server.start()
		}
		r.AwaitHealth()
		r.CheckFiles(3, r.Random)
	}
}

// crashCount returns the number of crashes that a variable asks for.
func crashCount(t *testing.T, env string, fallback int) int {
	text := os.Getenv(env)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is no number of crashes", env, text)
	}
	return n
}
