//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// load is what a scenario does to a server once everything is prepared.
type load struct {
	workers int
	// work is done once by each worker, on a connection of its own.
	work func(worker int, c *conn, r *recorder) error
	// window, where not zero, ends the load whether or not it is done: a server
	// too slow for it is reported by how much it managed.
	window time.Duration
}

// loadLimit bounds every load that has no window of its own.
const loadLimit = 3 * time.Minute

// recorder keeps what one worker saw.
type recorder struct {
	latencies []time.Duration
	bytes     int64
	refused   int // answers other than asked for, where a scenario puts up with them
	cut       int // requests the window's end cut off
}

// done records a request that was answered as asked, begun at a time, that moved n bytes.
func (r *recorder) done(began time.Time, n int64) {
	r.latencies = append(r.latencies, time.Since(began))
	r.bytes += n
}

// sample is one scenario against one server in one round.
type sample struct {
	seconds  float64
	requests int
	bytes    int64
	p50, p99 time.Duration
	cpu      float64 // seconds, the server's
	client   float64 // seconds, the load generator's
	others   float64 // share of the machine used by neither, kernel threads included
	peak     int64   // bytes
	refused  int
	cut      int
	s3       traffic
}

// apply puts a load on a server and measures both.
func (l load) apply(ctx context.Context, p *process, cores int) (sample, error) {
	limit := loadLimit
	if l.window > 0 {
		limit = l.window
	}
	conns, err := dialAll(p.addr, l.workers, time.Now().Add(limit))
	if err != nil {
		return sample{}, err
	}
	defer closeAll(conns)
	stop := context.AfterFunc(ctx, func() { closeAll(conns) })
	defer stop()

	pid := p.cmd.Process.Pid
	resetPeakRSS(pid)
	cpuBefore, err := cpuSeconds(pid)
	if err != nil {
		return sample{}, err
	}
	s3Before := p.traffic()
	busyBefore, ownBefore, began := machineBusy(), ownCPU(), time.Now()
	records, err := l.runWorkers(conns)
	elapsed := time.Since(began)
	busy, own := machineBusy()-busyBefore, ownCPU()-ownBefore
	if ctx.Err() != nil {
		return sample{}, ctx.Err()
	}
	if err != nil {
		return sample{}, err
	}
	cpuAtEnd, _ := cpuSeconds(pid)
	s := summarise(records, elapsed)
	s.s3 = p.traffic().since(s3Before)
	s.client = own
	s.others = max(0, busy-own-(cpuAtEnd-cpuBefore)) / (elapsed.Seconds() * float64(cores))
	return s, s.measureServer(ctx, pid, cpuBefore)
}

// traffic is what the server has asked of its S3 so far.
func (p *process) traffic() traffic {
	if p.s3 == nil {
		return traffic{}
	}
	return p.s3.traffic()
}

func (s *sample) measureServer(ctx context.Context, pid int, cpuBefore float64) error {
	cpu, err := settledCPU(ctx, pid)
	if err != nil {
		return err
	}
	s.cpu = cpu - cpuBefore
	s.peak, err = peakRSS(pid)
	return err
}

func dialAll(addr string, n int, deadline time.Time) ([]*conn, error) {
	conns := make([]*conn, 0, n)
	for range n {
		c, err := dial(addr, deadline)
		if err != nil {
			closeAll(conns)
			return nil, err
		}
		conns = append(conns, c)
	}
	return conns, nil
}

func closeAll(conns []*conn) {
	for _, c := range conns {
		c.close()
	}
}

func (l load) runWorkers(conns []*conn) ([]recorder, error) {
	records := make([]recorder, len(conns))
	errs := make([]error, len(conns))
	var wait sync.WaitGroup
	for i, c := range conns {
		wait.Go(func() { errs[i] = l.runWorker(i, c, &records[i]) })
	}
	wait.Wait()
	return records, errors.Join(errs...)
}

func (l load) runWorker(i int, c *conn, r *recorder) error {
	err := l.work(i, c, r)
	if l.window > 0 && errors.Is(err, os.ErrDeadlineExceeded) {
		r.cut++
		return nil
	}
	if errors.Is(err, net.ErrClosed) {
		return context.Canceled
	}
	if err != nil {
		return fmt.Errorf("worker %d: %w", i, err)
	}
	return nil
}

func summarise(records []recorder, elapsed time.Duration) sample {
	s := sample{seconds: elapsed.Seconds()}
	var all []time.Duration
	for _, r := range records {
		all = append(all, r.latencies...)
		s.bytes += r.bytes
		s.refused += r.refused
		s.cut += r.cut
	}
	slices.Sort(all)
	s.requests = len(all)
	s.p50, s.p99 = percentile(all, 50), percentile(all, 99)
	return s
}
