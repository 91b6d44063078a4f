//go:build linux

package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
)

func TestReadHead(t *testing.T) {
	text := "HTTP/1.1 100 Continue\r\n\r\n" +
		"HTTP/1.1 201 Created\r\nLocation: http://h/files/a+b\r\nupload-offset: 42\r\nContent-Length: 0\r\n\r\n"
	got, err := readHead(bufio.NewReader(strings.NewReader(text)))
	if want := (answer{status: 201, length: 0, offset: 42, location: "http://h/files/a+b"}); err != nil || got != want {
		t.Errorf("readHead = %+v, %v; want %+v", got, err, want)
	}
}

func TestReadHeadRefusesWhatItCannotRead(t *testing.T) {
	for _, text := range []string{
		"",
		"SSH-2.0-x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1",
	} {
		if a, err := readHead(bufio.NewReader(strings.NewReader(text))); err == nil {
			t.Errorf("%q was read as %+v", text, a)
		}
	}
}

func TestPathOf(t *testing.T) {
	for location, want := range map[string]string{
		"http://127.0.0.1:1/files/x": "/files/x",
		"/files/y":                   "/files/y",
	} {
		if got, err := pathOf(location); err != nil || got != want {
			t.Errorf("pathOf(%q) = %q, %v; want %q", location, got, err, want)
		}
	}
	if got, err := pathOf(""); err == nil {
		t.Errorf("an empty Location gave %q", got)
	}
}

func TestParseStat(t *testing.T) {
	line := "17 (a (b) c) S 1 17 17 0 -1 4194560 100 0 0 0 150 250 0 0 20 0 9 0 1 2 3"
	if got, err := parseStat([]byte(line)); err != nil || got != 4 {
		t.Errorf("parseStat = %v, %v; want 4 s", got, err)
	}
	if _, err := parseStat([]byte("17 (x) S")); err == nil {
		t.Error("a short line was taken for a stat line")
	}
}

func TestParsePeak(t *testing.T) {
	if got, err := parsePeak("Name:\tx\nVmHWM:\t   2048 kB\nVmRSS:\t 1 kB\n"); err != nil || got != 2*mib {
		t.Errorf("parsePeak = %v, %v; want 2 MiB", got, err)
	}
	if _, err := parsePeak("Name:\tx\n"); err == nil {
		t.Error("a status without a peak had one")
	}
}

func TestParseBusyLeavesIdleTimeOut(t *testing.T) {
	if got := parseBusy("cpu  100 20 30 9999 9999 40 10 0 0 0\ncpu0 1 1 1 1\n"); got != 2 {
		t.Errorf("parseBusy = %v, want 2 s", got)
	}
}

func TestPayloadBodies(t *testing.T) {
	p := newPayload()
	one, two := bytes.Join(p.body(1, 0, 64<<10), nil), bytes.Join(p.body(2, 0, 64<<10), nil)
	if bytes.Equal(one, two) {
		t.Error("two bodies are equal")
	}
	wrapping := bytes.Join(p.body(1, payloadBytes-4096, 64<<10), nil)
	if len(wrapping) != 64<<10 {
		t.Errorf("a body that wraps is %d bytes long", len(wrapping))
	}
	later := bytes.Join(p.body(1, 1000, 1000), nil)
	if !bytes.Equal(later, one[1000:2000]) {
		t.Error("a body's bytes depend on how it is cut into requests")
	}
}
