package tusclient

import (
	"net"
	"net/http"
	"time"
)

// NewTransport returns a transport for the given number of concurrent requests, with a
// larger write buffer than the default.
func NewTransport(requests int) *http.Transport {
	const buffer = 256 << 10
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 15 * time.Second,
		MaxIdleConnsPerHost: max(2, requests),
		IdleConnTimeout:     30 * time.Second,
		WriteBufferSize:     buffer,
	}
}
