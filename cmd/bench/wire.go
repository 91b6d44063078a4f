//go:build linux

package main

import (
	"fmt"
	"net/url"
)

// wire builds the requests one kind of server understands, and checks its answers.
type wire struct {
	tus bool // tus 1.0; otherwise the bare handler's PUT
}

const (
	statusOK        = 200
	statusCreated   = 201
	statusNoContent = 204
	statusPartial   = 206

	headEnd = "Host: 127.0.0.1\r\nTus-Resumable: 1.0.0\r\n\r\n"
	octets  = "Content-Type: application/offset+octet-stream\r\n"
)

// create makes an empty upload and returns its path. The bare handler makes
// files as they are written.
func (w wire) create(c *conn, name string, length int64) (path string, err error) {
	if !w.tus {
		return "/" + name, nil
	}
	return w.createWith(c, "", length)
}

// createWith is create by tus, with a header line more.
func (w wire) createWith(c *conn, line string, length int64) (path string, err error) {
	head := fmt.Appendf(nil, "POST /files/ HTTP/1.1\r\nUpload-Length: %d\r\nContent-Length: 0\r\n%s%s", length, line, headEnd)
	a, err := c.roundTrip(head)
	if err == nil {
		err = want(a, statusCreated)
	}
	if err != nil {
		return "", fmt.Errorf("create: %w", err)
	}
	return pathOf(a.location)
}

// pathOf is the path of a Location, which may be absolute or relative.
func pathOf(location string) (string, error) {
	u, err := url.Parse(location)
	if err != nil || u.Path == "" {
		return "", fmt.Errorf("no usable Location: %q", location)
	}
	return u.EscapedPath(), nil
}

// append is the head of a request that adds n bytes at an offset.
func (w wire) append(path string, offset, n int64) []byte {
	if !w.tus {
		return fmt.Appendf(nil, "PUT %s?offset=%d HTTP/1.1\r\nContent-Length: %d\r\n%s", path, offset, n, headEnd)
	}
	return fmt.Appendf(nil, "PATCH %s HTTP/1.1\r\nUpload-Offset: %d\r\nContent-Length: %d\r\n%s%s", path, offset, n, octets, headEnd)
}

func (w wire) appendMethod() string {
	if w.tus {
		return "PATCH"
	}
	return "PUT"
}

func (w wire) checkAppend(a answer, end int64) error {
	if err := want(a, statusNoContent); err != nil {
		return err
	}
	if w.tus && a.offset != end {
		return fmt.Errorf("offset %d, want %d", a.offset, end)
	}
	return nil
}

// small is the head of the one request that makes a whole file of n bytes.
func (w wire) small(name string, n int64) []byte {
	if !w.tus {
		return fmt.Appendf(nil, "PUT /%s HTTP/1.1\r\nContent-Length: %d\r\n%s", name, n, headEnd)
	}
	return fmt.Appendf(nil, "POST /files/ HTTP/1.1\r\nUpload-Length: %d\r\nContent-Length: %d\r\n%s%s", n, n, octets, headEnd)
}

func (w wire) checkSmall(a answer, n int64) error {
	if !w.tus {
		return want(a, statusNoContent)
	}
	if err := want(a, statusCreated); err != nil {
		return err
	}
	if a.offset != n {
		return fmt.Errorf("offset %d, want %d", a.offset, n)
	}
	return nil
}

func (w wire) look(path string) []byte {
	return fmt.Appendf(nil, "HEAD %s HTTP/1.1\r\n%s", path, headEnd)
}

func (w wire) checkLook(a answer, offset int64) error {
	if err := want(a, statusOK); err != nil {
		return err
	}
	if w.tus && a.offset != offset {
		return fmt.Errorf("offset %d, want %d", a.offset, offset)
	}
	return nil
}

func (w wire) download(path string, offset, n int64) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nRange: bytes=%d-%d\r\n%s", path, offset, offset+n-1, headEnd)
}

func want(a answer, status int) error {
	if a.status != status {
		return fmt.Errorf("status %d, want %d", a.status, status)
	}
	return nil
}
