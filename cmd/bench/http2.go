//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	farBytes = 128 * mib
	// farOneWay is how long a byte travels in each direction: 100 ms there and back.
	farOneWay = 50 * time.Millisecond
	// farInFlight is what the line holds: more than the widest window.
	farInFlight = 64 * mib
)

// farStream is one upload over HTTP/2 from far away. What a receiver lets be under
// way, its window, is all that arrives in a round trip. The bare handler has the
// windows that net/http gives by default.
func farStream(s setting) (load, error) {
	path, err := s.wire.create(s.setup, "far", farBytes)
	if err != nil {
		return load{}, err
	}
	line, err := listenFarAway(s.addr)
	if err != nil {
		return load{}, err
	}
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: protocols}}
	return load{workers: 1, work: func(_ int, _ *conn, r *recorder) error {
		defer line.Close()
		defer client.CloseIdleConnections()
		return s.sendFar(client, line.Addr().String(), path, r)
	}}, nil
}

func (s setting) sendFar(client *http.Client, addr, path string, r *recorder) error {
	ctx, cancel := context.WithTimeout(context.Background(), loadLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, s.wire.appendMethod(), "http://"+addr+path, &payloadReader{s.payload, 0, farBytes})
	if err != nil {
		return err
	}
	req.ContentLength = farBytes
	req.Header.Set("Tus-Resumable", "1.0.0")
	req.Header.Set("Upload-Offset", "0")
	req.Header.Set("Content-Type", "application/offset+octet-stream")
	began := time.Now()
	answer, err := client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.ProtoMajor != 2 || answer.StatusCode != statusNoContent {
		return fmt.Errorf("answered %s over %s", answer.Status, answer.Proto)
	}
	r.done(began, farBytes)
	return nil
}

// payloadReader reads the bytes of body 0.
type payloadReader struct {
	payload payload
	at, end int64
}

func (r *payloadReader) Read(p []byte) (int, error) {
	if r.at == r.end {
		return 0, io.EOF
	}
	n := copy(p, r.payload.at(0, r.at, min(r.end-r.at, int64(len(p)), mib)))
	r.at += int64(n)
	return n, nil
}

// listenFarAway passes connections on to addr with a delay in each direction, and
// no other limit than what is under way at a time.
func listenFarAway(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", addr)
			if err != nil {
				_ = near.Close()
				continue
			}
			go carry(far, near)
			go carry(near, far)
		}
	}()
	return l, nil
}

// parcel is some bytes and when they arrive.
type parcel struct {
	bytes []byte
	at    time.Time
}

// carry brings what comes from one end to the other, later. It closes both when
// either is gone.
func carry(to, from net.Conn) {
	const piece = 64 << 10
	line := make(chan parcel, farInFlight/piece)
	go func() {
		defer close(line)
		for {
			p := make([]byte, piece)
			n, err := from.Read(p)
			if n > 0 {
				line <- parcel{p[:n], time.Now().Add(farOneWay)}
			}
			if err != nil {
				return
			}
		}
	}()
	broken := false
	for p := range line {
		if broken {
			continue
		}
		time.Sleep(time.Until(p.at))
		_, err := to.Write(p.bytes)
		broken = err != nil
	}
	_ = to.Close()
	_ = from.Close()
}
