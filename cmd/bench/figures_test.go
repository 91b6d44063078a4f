//go:build linux

package main

import (
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		want   float64
	}{
		{nil, 0},
		{[]float64{7}, 7},
		{[]float64{9, 1, 5}, 5},
		{[]float64{8, 2, 4, 100}, 6},
	} {
		if got := median(tt.values); got != tt.want {
			t.Errorf("median(%v) = %v, want %v", tt.values, got, tt.want)
		}
	}
}

func TestMedianLeavesItsInputAlone(t *testing.T) {
	values := []float64{3, 1, 2}
	median(values)
	if values[0] != 3 {
		t.Errorf("the values were sorted in place: %v", values)
	}
}

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, tt := range []struct {
		sorted  []time.Duration
		percent int
		want    time.Duration
	}{
		{nil, 50, 0},
		{[]time.Duration{4}, 99, 4},
		{hundred, 50, 50},
		{hundred, 99, 99},
		{hundred[:10], 99, 10},
	} {
		if got := percentile(tt.sorted, tt.percent); got != tt.want {
			t.Errorf("percentile of %d values at %d = %v, want %v", len(tt.sorted), tt.percent, got, tt.want)
		}
	}
}

func TestRatio(t *testing.T) {
	if got := formatRatio(ratio(3, 2)); got != "1.50×" {
		t.Errorf("3/2 is shown as %q", got)
	}
	if got := formatRatio(ratio(3, 0)); got != "–" {
		t.Errorf("3/0 is shown as %q", got)
	}
}

func TestThroughputAndPrice(t *testing.T) {
	s := sample{seconds: 2, requests: 4, bytes: gib / 2, cpu: 1}
	for _, tt := range []struct {
		scenario        scenario
		throughput, cpu float64
	}{
		{scenario{}, gib / 4, 2},
		{scenario{perRequest: true}, 2, 0.25},
	} {
		if got := throughput(tt.scenario, s); got != tt.throughput {
			t.Errorf("throughput = %v, want %v", got, tt.throughput)
		}
		if got := cpuPrice(tt.scenario, s); got != tt.cpu {
			t.Errorf("CPU = %v, want %v", got, tt.cpu)
		}
	}
}
