//go:build linux

package main

import (
	"fmt"
	"slices"
	"time"
)

// median is the middle value, the mean of the two middle ones of an even number;
// 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// percentile is the nearest-rank percentile of sorted values; 0 of none.
func percentile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*percent + 99) / 100
	return sorted[max(rank, 1)-1]
}

// ratio is a/b, 0 where there is nothing to divide by.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// throughput is in bytes per second, or in requests per second.
func throughput(sc scenario, s sample) float64 {
	if sc.perRequest {
		return ratio(float64(s.requests), s.seconds)
	}
	return ratio(float64(s.bytes), s.seconds)
}

// cpuPrice is the server's CPU seconds per GiB, or per request.
func cpuPrice(sc scenario, s sample) float64 {
	if sc.perRequest {
		return ratio(s.cpu, float64(s.requests))
	}
	return ratio(s.cpu*gib, float64(s.bytes))
}

func formatThroughput(sc scenario, v float64) string {
	if sc.perRequest {
		return fmt.Sprintf("%.0f req/s", v)
	}
	return fmt.Sprintf("%.0f MB/s", v/1e6)
}

func formatMillis(seconds float64) string { return fmt.Sprintf("%.2f ms", seconds*1e3) }

func formatPrice(sc scenario, v float64) string {
	if sc.perRequest {
		return fmt.Sprintf("%.0f µs/req", v*1e6)
	}
	return fmt.Sprintf("%.2f s/GiB", v)
}

func formatMiB(bytes float64) string { return fmt.Sprintf("%.0f MiB", bytes/mib) }

func formatCount(n float64) string { return fmt.Sprintf("%.0f", n) }

func formatRatio(v float64) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f×", v)
}
