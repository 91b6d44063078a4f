//go:build linux

package main

import (
	"fmt"
	"sync"
	"time"
)

const (
	s3Stream     = 1 * gib
	s3Uploads    = 4
	s3Chunked    = 100 * mib
	s3JoinParts  = 4
	s3JoinBytes  = 256 * mib
	s3SmallN     = 2000
	slowClients  = 50
	slowEvery    = 200 * time.Millisecond
	slowBytes    = 1024 // each time: some 5 kB a second
	fastBytes    = 64 * mib
	slowHeadRoom = 16 * mib // more than a slow client sends in the time
)

var s3Servers = []string{pawlName, tusdName}

func s3Scenarios() []scenario {
	chunked := func(piece int64) func(setting) (load, error) {
		return func(s setting) (load, error) { return s.chunked(s3Uploads, s3Chunked, piece) }
	}
	return []scenario{
		{
			name: "s3-patch-1g", about: "S3: 1 GiB in a single PATCH", onS3: true, servers: s3Servers,
			prepare: func(s setting) (load, error) { return s.stream(s3Stream) },
		},
		{name: "s3-patch-8m", about: "S3: 8 MiB PATCHes, 4 uploads of 100 MiB at a time", onS3: true, servers: s3Servers, prepare: chunked(8 * mib)},
		{name: "s3-patch-1m", about: "S3: 1 MiB PATCHes, 4 uploads of 100 MiB at a time", onS3: true, servers: s3Servers, prepare: chunked(mib)},
		{
			name: "s3-small", about: "S3: 16 KiB files, creation-with-upload, 16 connections", onS3: true, perRequest: true, servers: s3Servers,
			prepare: func(s setting) (load, error) {
				s.smallN = s3SmallN
				return smallFiles(s)
			},
		},
		{name: "s3-join", about: "S3: joining 4 partial uploads of 256 MiB", onS3: true, servers: s3Servers, prepare: joining},
		{name: "s3-slow", about: "S3: 64 MiB in 8 MiB PATCHes beside 50 slow clients", onS3: true, servers: s3Servers, prepare: besideSlowOnes},
	}
}

// joining measures the final request alone.
func joining(s setting) (load, error) {
	concat := "final;"
	for i := range s3JoinParts {
		path, err := s.wire.createWith(s.setup, "Upload-Concat: partial\r\n", s3JoinBytes)
		if err == nil {
			err = s.appendPiece(s.setup, &recorder{}, i, path, 0, s3JoinBytes)
		}
		if err != nil {
			return load{}, err
		}
		concat += path + " "
	}
	return load{workers: 1, work: func(_ int, c *conn, r *recorder) error {
		began := time.Now()
		head := fmt.Appendf(nil, "POST /files/ HTTP/1.1\r\nUpload-Concat: %s\r\nContent-Length: 0\r\n%s", concat[:len(concat)-1], headEnd)
		a, err := c.roundTrip(head)
		if err == nil {
			err = want(a, statusCreated)
		}
		if err != nil {
			return err
		}
		r.done(began, s3JoinParts*s3JoinBytes)
		return nil
	}}, nil
}

// besideSlowOnes measures one client that is fast while many trickle. A server that
// lets the slow ones take what the fast one needs runs into the time limit, and is
// reported by how much it managed.
func besideSlowOnes(s setting) (load, error) {
	fast, err := s.wire.create(s.setup, "fast", fastBytes)
	if err != nil {
		return load{}, err
	}
	stop := make(chan struct{})
	var trickles sync.WaitGroup
	for range slowClients {
		path, err := s.wire.create(s.setup, "slow", slowHeadRoom)
		if err != nil {
			close(stop)
			return load{}, err
		}
		trickles.Go(func() { s.trickle(path, stop) })
	}
	time.Sleep(2 * time.Second) // every one of them is in the middle of its body by now
	return load{workers: 1, window: slowWindow, work: func(_ int, c *conn, r *recorder) error {
		defer trickles.Wait()
		defer close(stop)
		for offset := int64(0); offset < fastBytes; offset += 8 * mib {
			if err := s.appendPiece(c, r, 0, fast, offset, 8*mib); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

const slowWindow = 20 * time.Second

// trickle is a slow client, until stop.
func (s setting) trickle(path string, stop <-chan struct{}) {
	c, err := dial(s.addr, time.Now().Add(loadLimit))
	if err != nil {
		return
	}
	defer c.close()
	if c.send(s.wire.append(path, 0, slowHeadRoom)) != nil {
		return
	}
	tick := time.NewTicker(slowEvery)
	defer tick.Stop()
	for sent := int64(0); ; sent += slowBytes {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		if c.send(nil, s.payload.at(1, sent, slowBytes)) != nil {
			return
		}
	}
}
