//go:build linux

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"
)

// conn is the load generator's HTTP/1.1 connection: heads are written ready-made
// and answers read by the few fields the bench looks at, because every cycle
// spent here is taken from the server on the other core.
type conn struct {
	tcp  *net.TCPConn
	raw  syscall.RawConn
	in   *bufio.Reader
	sink []byte
}

// answer is the head of a response. Its body has been read, except that of a
// download (see conn.discard).
type answer struct {
	status   int
	length   int64 // Content-Length, -1 without
	offset   int64 // Upload-Offset, -1 without
	location string
}

const sinkBytes = 1 << 20

// dial connects; nothing on the connection outlives the deadline.
func dial(addr string, deadline time.Time) (*conn, error) {
	plain, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	tcp := plain.(*net.TCPConn)
	if err := tcp.SetDeadline(deadline); err != nil {
		return nil, err
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil, err
	}
	return &conn{tcp: tcp, raw: raw, in: bufio.NewReaderSize(tcp, 4096)}, nil
}

func (c *conn) close() { _ = c.tcp.Close() }

// send writes a head and its body, in one system call where both are small.
func (c *conn) send(head []byte, body ...[]byte) error {
	buffers := append(net.Buffers{head}, body...)
	_, err := buffers.WriteTo(c.tcp)
	return err
}

// roundTrip sends a request and reads the whole answer.
func (c *conn) roundTrip(head []byte, body ...[]byte) (answer, error) {
	if err := c.send(head, body...); err != nil {
		return answer{}, err
	}
	return c.answer(true)
}

// head sends a request whose answer has no body (HEAD).
func (c *conn) head(request []byte) (answer, error) {
	if err := c.send(request); err != nil {
		return answer{}, err
	}
	return c.answer(false)
}

func (c *conn) answer(withBody bool) (answer, error) {
	a, err := readHead(c.in)
	if err != nil || !withBody || a.length <= 0 {
		return a, err
	}
	_, err = io.CopyN(io.Discard, c.in, a.length)
	return a, err
}

// discard takes n bytes of a download off the connection without copying them
// out of the kernel (recv(2) with MSG_TRUNC, see tcp(7)).
func (c *conn) discard(n int64) error {
	buffered := min(n, int64(c.in.Buffered()))
	if _, err := c.in.Discard(int(buffered)); err != nil {
		return err
	}
	if c.sink == nil {
		c.sink = make([]byte, sinkBytes)
	}
	for n -= buffered; n > 0; {
		got, err := c.truncate(c.sink[:min(n, sinkBytes)])
		if err != nil {
			return err
		}
		n -= int64(got)
	}
	return nil
}

func (c *conn) truncate(window []byte) (n int, err error) {
	waitErr := c.raw.Read(func(fd uintptr) bool {
		n, _, err = syscall.Recvfrom(int(fd), window, syscall.MSG_TRUNC)
		return err != syscall.EAGAIN && err != syscall.EINTR
	})
	switch {
	case waitErr != nil:
		return 0, waitErr
	case err == nil && n == 0:
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

// readHead reads an answer's head, skipping informational ones. A chunked answer
// is refused: none of the answers the bench looks at is one.
func readHead(in *bufio.Reader) (answer, error) {
	for {
		a, err := readOneHead(in)
		if err != nil || a.status >= 200 {
			return a, err
		}
	}
}

func readOneHead(in *bufio.Reader) (answer, error) {
	a := answer{length: -1, offset: -1}
	line, err := readLine(in)
	if err != nil {
		return a, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return a, fmt.Errorf("not an HTTP/1.1 answer: %q", line)
	}
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, err
	}
	for {
		line, err := readLine(in)
		if err != nil || len(line) == 0 {
			return a, err
		}
		if err := a.take(line); err != nil {
			return a, err
		}
	}
}

func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}

func (a *answer) take(line []byte) error {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	var err error
	switch {
	case bytes.EqualFold(name, []byte("Content-Length")):
		a.length, err = strconv.ParseInt(string(value), 10, 64)
	case bytes.EqualFold(name, []byte("Upload-Offset")):
		a.offset, err = strconv.ParseInt(string(value), 10, 64)
	case bytes.EqualFold(name, []byte("Location")):
		a.location = string(value)
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		err = fmt.Errorf("status %d with a chunked body", a.status)
	}
	return err
}
