//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// bench is one run.
type bench struct {
	options
	work    string // everything is made below it, and removed with it
	servers []server
	payload payload
}

// result is a scenario with the samples of each server, by name.
type result struct {
	scenario
	samples map[string][]sample
	// shaSeconds is what SHA-256 costs per GiB here; measured for the digest
	// scenario alone.
	shaSeconds float64
}

func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// measureAll runs every scenario; what is finished when one fails is returned with the error.
func measureAll(ctx context.Context, b bench, scenarios []scenario) ([]result, error) {
	b.payload = newPayload()
	var results []result
	for _, s := range scenarios {
		if s.name == digestScenario && !b.has(pawlName) {
			continue // it asks about Pawl alone
		}
		if s.onS3 && b.versitygw == "" {
			progress("no versitygw: leaving %s out", s.name)
			continue
		}
		r := result{scenario: s, samples: map[string][]sample{}}
		err := b.measure(ctx, &r)
		results = append(results, r)
		if err != nil {
			return results, err
		}
	}
	return results, nil
}

func (b bench) has(name string) bool {
	return slices.ContainsFunc(b.servers, func(s server) bool { return s.name == name })
}

// measure runs a scenario's rounds, each beginning with another server, so that
// what the machine does meanwhile falls on all of them.
func (b bench) measure(ctx context.Context, r *result) error {
	servers := slices.DeleteFunc(slices.Clone(b.servers), func(s server) bool { return !slices.Contains(r.servers, s.name) })
	for round := range b.rounds {
		for i := range servers {
			s := servers[(i+round)%len(servers)]
			one, err := b.sample(ctx, r.scenario, s)
			if err != nil {
				return fmt.Errorf("%s, %s, round %d: %w", r.name, s.name, round+1, err)
			}
			r.samples[s.name] = append(r.samples[s.name], one)
			progress("%-12s round %d/%d  %-19s %s", r.name, round+1, b.rounds, s.name, describe(r.scenario, one))
		}
	}
	if r.name == digestScenario {
		r.shaSeconds = shaSecondsPerGiB(b.payload)
	}
	return nil
}

// sample runs one scenario against one fresh server in a fresh directory.
func (b bench) sample(ctx context.Context, sc scenario, s server) (sample, error) {
	dir, err := os.MkdirTemp(b.work, s.name[:4]+"-")
	if err != nil {
		return sample{}, err
	}
	// What is left dirty by one server must not be written during the next one's turn.
	defer syscall.Sync()
	defer os.RemoveAll(dir)
	var s3 *gateway
	if sc.onS3 {
		if s3, err = startGateway(ctx, b.versitygw, dir); err != nil {
			return sample{}, err
		}
		defer s3.stop()
	}
	p, err := s.start(ctx, dir, s3)
	if err != nil {
		return sample{}, err
	}
	defer p.stop()
	one, err := b.load(ctx, sc, p)
	if err != nil {
		return sample{}, fmt.Errorf("%w\n%s", err, p.logTail())
	}
	return one, nil
}

func (b bench) load(ctx context.Context, sc scenario, p *process) (sample, error) {
	setup, err := dial(p.addr, time.Now().Add(loadLimit))
	if err != nil {
		return sample{}, err
	}
	defer setup.close()
	l, err := sc.prepare(setting{options: b.options, process: p, payload: b.payload, setup: setup})
	if err != nil {
		return sample{}, fmt.Errorf("prepare: %w", err)
	}
	awaitQuiet(ctx, b.quiet)
	return l.apply(ctx, p, runtime.NumCPU())
}

// describe is a sample in a progress line.
func describe(sc scenario, s sample) string {
	text := fmt.Sprintf("%s  p50 %s  p99 %s  CPU %.2f s  client %.2f s  others %.0f %%  in %.1f s",
		formatThroughput(sc, throughput(sc, s)), formatMillis(s.p50.Seconds()), formatMillis(s.p99.Seconds()), s.cpu, s.client, 100*s.others, s.seconds)
	if s.refused+s.cut > 0 {
		text += fmt.Sprintf("  (%d refused, %d cut off)", s.refused, s.cut)
	}
	return text
}
