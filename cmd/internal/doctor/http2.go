package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/http2"
)

const (
	// goodWindow allows 10 MiB/s at a round trip of 100 ms.
	goodWindow    = mib
	defaultWindow = 65535 // RFC 9113 section 6.9.2
	longTrip      = 100 * time.Millisecond
	http2Timeout  = 5 * time.Second
)

var errNoHTTP2 = errors.New("HTTP/2 is not supported")

// http2 reads the server's receive windows (RFC 9113 section 6.9): over HTTP/2 an upload
// sends at most one window per round trip.
func (e *examination) http2(ctx context.Context) {
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: e.Endpoint}); err == nil && proxy != nil {
		return // the protocol of the client's own proxy is irrelevant
	}
	ctx, cancel := context.WithTimeout(ctx, http2Timeout)
	defer cancel()
	conn, err := e.dialHTTP2(ctx)
	if err != nil {
		e.noHTTP2()
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(http2Timeout))
	window, err := readWindow(conn)
	if err != nil {
		e.noHTTP2()
		return
	}
	perSecond := window * int64(time.Second/longTrip)
	f := Finding{"HTTP/2", OK, fmt.Sprintf("Supported, with a window of %d KiB: up to %s/s at a round trip of 100 ms.", window/1024, amount(perSecond)), fixWindows}
	if window < goodWindow {
		f.Status = Warn
		f.Seen = fmt.Sprintf("Supported, with an initial window of only %d KiB: at a round trip of 100 ms that is %s/s for an upload, unless the server widens it later.", window/1024, amount(perSecond))
	}
	e.note(f)
}

func (e *examination) noHTTP2() {
	e.note(Finding{Check: "HTTP/2", Status: OK, Seen: "Not supported here; HTTP/1.1 has no flow-control windows that could be too small."})
}

func amount(bytes int64) string {
	if bytes < mib {
		return fmt.Sprintf("%d KiB", bytes/1024)
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/mib)
}

func (e *examination) dialHTTP2(ctx context.Context) (net.Conn, error) {
	u := e.Endpoint
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	addr := net.JoinHostPort(u.Hostname(), port)
	if u.Scheme == "http" {
		return new(net.Dialer).DialContext(ctx, "tcp", addr)
	}
	config := &tls.Config{}
	if e.TLS != nil {
		config = e.TLS.Clone()
	}
	config.NextProtos = []string{"h2", "http/1.1"}
	if config.ServerName == "" {
		config.ServerName = u.Hostname()
	}
	conn, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if conn.(*tls.Conn).ConnectionState().NegotiatedProtocol != "h2" {
		_ = conn.Close()
		return nil, errNoHTTP2
	}
	return conn, nil
}

// readWindow returns the smaller of the initial windows of a stream and the connection, in
// bytes. It sends a ping, whose acknowledgement follows all initial window updates.
func readWindow(conn io.ReadWriter) (int64, error) {
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		return 0, err
	}
	framer := http2.NewFramer(conn, conn)
	if err := framer.WriteSettings(); err != nil {
		return 0, err
	}
	stream, whole := int64(defaultWindow), int64(defaultWindow)
	for received := false; ; {
		frame, err := framer.ReadFrame()
		if err != nil {
			return 0, fmt.Errorf("%w: %w", errNoHTTP2, err)
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if f.IsAck() || received {
				continue
			}
			received = true
			if n, ok := f.Value(http2.SettingInitialWindowSize); ok {
				stream = int64(n)
			}
			if err := errors.Join(framer.WriteSettingsAck(), framer.WritePing(false, [8]byte{'p', 'a', 'w', 'l'})); err != nil {
				return 0, err
			}
		case *http2.WindowUpdateFrame:
			if f.StreamID == 0 {
				whole += int64(f.Increment)
			}
		case *http2.PingFrame:
			if f.IsAck() {
				return min(stream, whole), nil
			}
		}
	}
}
