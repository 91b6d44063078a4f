//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// scenario is one question asked of every server.
type scenario struct {
	name  string
	about string
	// perRequest counts throughput and CPU by requests, not by bytes.
	perRequest bool
	onS3       bool // bytes go to a versitygw
	servers    []string
	// prepare brings a fresh server into the state the load needs.
	prepare func(s setting) (load, error)
}

// setting is what a scenario prepares its load from.
type setting struct {
	options
	*process
	payload payload
	setup   *conn // for the preparation
}

const (
	smallBytes     = 16 << 10
	smallConns     = 16
	streams        = 4
	streamBytes    = 256 * mib
	patchBytes     = mib
	rangesFile     = 256 * mib
	rangeBytes     = 4 * mib
	rangeReaders   = 8
	rangesEach     = 64 // 2 GiB in all
	rangesWindow   = 10 * time.Second
	headConns      = 16
	headUploads    = 4 // of each connection, its own: tusd locks an upload for a HEAD
	headUploadSize = 64 << 10
)

var (
	readers = []string{pawlName, tusdName, bareName}
	writers = []string{pawlName, tusdName, bareName, syncedName}
)

func allScenarios() []scenario { return append(diskScenarios(), s3Scenarios()...) }

func diskScenarios() []scenario {
	return []scenario{
		{name: "patch-2g", about: "one upload in a single PATCH", servers: writers, prepare: oneStream},
		{name: "patch-1m", about: "1 MiB PATCHes, 4 uploads of 256 MiB at a time", servers: writers, prepare: chunkedStreams},
		{name: "small", about: "16 KiB files, creation-with-upload, 16 connections", perRequest: true, servers: writers, prepare: smallFiles},
		{name: "ranges", about: "8 readers of 4 MiB ranges of one 256 MiB file", servers: readers, prepare: rangeReads},
		{name: "head", about: "HEAD of unfinished uploads, 16 connections", perRequest: true, servers: readers, prepare: looks},
		{name: "http2-far", about: "128 MiB in one request over HTTP/2, 100 ms there and back", servers: []string{pawlName, bareName}, prepare: farStream},
		{
			name: digestScenario, about: "CPU of a single stream with the digest left out",
			servers: []string{pawlName, pawlNoDigest, bareName}, prepare: oneStream,
		},
	}
}

func scenarioNames() string {
	var names []string
	for _, s := range allScenarios() {
		names = append(names, s.name)
	}
	return strings.Join(names, ", ")
}

func chosen(o options) ([]scenario, error) {
	all := allScenarios()
	if o.only == "" {
		return all, nil
	}
	one := slices.DeleteFunc(all, func(s scenario) bool { return s.name != o.only })
	if len(one) == 0 {
		return nil, fmt.Errorf("no scenario %q: there are %s", o.only, scenarioNames())
	}
	return one, nil
}

func oneStream(s setting) (load, error) { return s.stream(s.streamMiB * mib) }

func (s setting) stream(size int64) (load, error) {
	path, err := s.wire.create(s.setup, "stream", size)
	return load{workers: 1, work: func(_ int, c *conn, r *recorder) error {
		return s.appendPiece(c, r, 0, path, 0, size)
	}}, err
}

// appendPiece sends n bytes of body number i in one request.
func (s setting) appendPiece(c *conn, r *recorder, i int, path string, offset, n int64) error {
	head := s.wire.append(path, offset, n)
	began := time.Now()
	if err := c.send(head); err != nil {
		return err
	}
	for sent := int64(0); sent < n; {
		piece := s.payload.at(i, offset+sent, min(n-sent, mib))
		if err := c.send(nil, piece); err != nil {
			return err
		}
		sent += int64(len(piece))
	}
	a, err := c.answer(true)
	if err == nil {
		err = s.wire.checkAppend(a, offset+n)
	}
	if err == nil {
		r.done(began, n)
	}
	return err
}

func chunkedStreams(s setting) (load, error) { return s.chunked(streams, streamBytes, patchBytes) }

// chunked is n uploads at a time, each in requests of piece bytes.
func (s setting) chunked(n int, size, piece int64) (load, error) {
	paths := make([]string, n)
	for i := range paths {
		var err error
		if paths[i], err = s.wire.create(s.setup, fmt.Sprint("stream-", i), size); err != nil {
			return load{}, err
		}
	}
	return load{workers: n, work: func(i int, c *conn, r *recorder) error {
		for offset := int64(0); offset < size; offset += piece {
			if err := s.appendPiece(c, r, i, paths[i], offset, min(piece, size-offset)); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

func smallFiles(s setting) (load, error) {
	each := s.smallN / smallConns
	return load{workers: smallConns, work: func(worker int, c *conn, r *recorder) error {
		for i := worker * each; i < (worker+1)*each; i++ {
			head := s.wire.small(fmt.Sprint("small-", i), smallBytes)
			body := s.payload.body(i, 0, smallBytes)
			began := time.Now()
			a, err := c.roundTrip(head, body...)
			if err == nil {
				err = s.wire.checkSmall(a, smallBytes)
			}
			if err != nil {
				return err
			}
			r.done(began, smallBytes)
		}
		return nil
	}}, nil
}

func rangeReads(s setting) (load, error) {
	path, err := s.wire.create(s.setup, "ranges", rangesFile)
	if err == nil {
		err = s.appendPiece(s.setup, &recorder{}, 0, path, 0, rangesFile)
	}
	if err == nil {
		err = s.checkRange(path)
	}
	return load{workers: rangeReaders, window: rangesWindow, work: func(worker int, c *conn, r *recorder) error {
		for i := range int64(rangesEach) {
			// Readers begin at different places and each walk the whole file.
			offset := (int64(worker)*rangesFile/rangeReaders + i*rangeBytes) % rangesFile
			if err := s.readRange(c, r, path, offset); err != nil {
				return err
			}
		}
		return nil
	}}, err
}

// readRange takes one range. A refusal is counted, not fatal: tusd answers one
// reader of a file at a time, and lets the others wait until it gives up on them.
func (s setting) readRange(c *conn, r *recorder, path string, offset int64) error {
	began := time.Now()
	if err := c.send(s.wire.download(path, offset, rangeBytes)); err != nil {
		return err
	}
	a, err := c.answer(false)
	if err != nil {
		return err
	}
	if err := c.discard(max(a.length, 0)); err != nil {
		return err
	}
	if a.status != statusPartial || a.length != rangeBytes {
		r.refused++
		return nil
	}
	r.done(began, rangeBytes)
	return nil
}

// checkRange compares one range byte by byte, outside the measurement.
func (s setting) checkRange(path string) error {
	const offset, n = rangesFile - rangeBytes, rangeBytes
	if err := s.setup.send(s.wire.download(path, offset, n)); err != nil {
		return err
	}
	a, err := s.setup.answer(false)
	if err == nil {
		err = want(a, statusPartial)
	}
	if err != nil {
		return err
	}
	got := make([]byte, n)
	if _, err := io.ReadFull(s.setup.in, got); err != nil {
		return err
	}
	if !bytes.Equal(got, bytes.Join(s.payload.body(0, offset, n), nil)) {
		return errors.New("a range differs from what was uploaded")
	}
	return nil
}

func looks(s setting) (load, error) {
	paths := make([]string, headConns*headUploads)
	for i := range paths {
		var err error
		if paths[i], err = s.wire.create(s.setup, fmt.Sprint("head-", i), 2*headUploadSize); err != nil {
			return load{}, err
		}
		if err := s.appendPiece(s.setup, &recorder{}, i, paths[i], 0, headUploadSize); err != nil {
			return load{}, err
		}
	}
	each := s.headN / headConns
	return load{workers: headConns, work: func(worker int, c *conn, r *recorder) error {
		for i := range each {
			began := time.Now()
			a, err := c.head(s.wire.look(paths[worker*headUploads+i%headUploads]))
			if err == nil {
				err = s.wire.checkLook(a, headUploadSize)
			}
			if err != nil {
				return err
			}
			r.done(began, 0)
		}
		return nil
	}}, nil
}
