// Package metrics provides the Prometheus metrics of a server, in a registry of its own.
package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pawl"
	"pawl/uploads"
)

// Metrics holds all metrics.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.HistogramVec
	size       *prometheus.HistogramVec
	duration   *prometheus.HistogramVec
	lockWait   prometheus.Histogram
	received   prometheus.Counter
	downloaded prometheus.Counter
}

// New returns metrics that include those of the Go runtime and the process.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: histograms("http_request_duration_seconds", "Duration of requests, by route.",
			prometheus.ExponentialBuckets(0.001, 4, 10), "route", "method", "status"),
		size: histograms("upload_size_bytes", "Size of uploads when they ended.",
			prometheus.ExponentialBuckets(1<<10, 8, 10), "outcome"),
		duration: histograms("upload_duration_seconds", "Time from creation to end of uploads, including pauses.",
			prometheus.ExponentialBuckets(0.05, 5, 10), "outcome"),
		lockWait: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "pawl", Name: "lock_wait_seconds", Help: "Time that requests waited for the lock of an upload.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 10, 6),
		}),
		received:   counter("received_bytes_total", "Upload bytes received."),
		downloaded: counter("downloaded_bytes_total", "File bytes sent."),
	}
	m.registry.MustRegister(m.requests, m.size, m.duration, m.lockWait, m.received, m.downloaded,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "pawl", Name: name, Help: help, Buckets: buckets,
	}, labels)
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "pawl", Name: name, Help: help})
}

// Observer returns the observer that counts uploads.
func (m *Metrics) Observer() uploads.Observer {
	return uploads.Observer{
		Ended: func(o pawl.Outcome, size int64, took time.Duration) {
			m.size.WithLabelValues(string(o)).Observe(float64(size))
			m.duration.WithLabelValues(string(o)).Observe(took.Seconds())
		},
		LockWaited: func(d time.Duration) { m.lockWait.Observe(d.Seconds()) },
	}
}

// Received counts bytes of uploads that arrive.
func (m *Metrics) Received(n int) { m.received.Add(float64(n)) }

// Request counts a request. The route is a pattern, and unknown methods are counted as
// "other", so that the number of series is bounded.
func (m *Metrics) Request(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	class := strconv.Itoa(status/100) + "xx"
	m.requests.WithLabelValues(route, knownMethod(method), class).Observe(took.Seconds())
}

func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	default:
		return "other"
	}
}

// Downloaded adds to the bytes of files sent.
func (m *Metrics) Downloaded(bytes int64) { m.downloaded.Add(float64(bytes)) }

// Watch adds a gauge whose value is computed at each scrape.
func (m *Metrics) Watch(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "pawl", Name: name, Help: help,
	}, value))
}

// Handler returns the handler of /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
