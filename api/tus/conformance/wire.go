package conformance

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// wire is a connection of HTTP/1.1 written by hand, for bodies that come slowly,
// in part or not at all.
type wire struct {
	p      *probe
	conn   *net.TCPConn
	reader *bufio.Reader
	asked  *http.Request
}

// dial sends the head of a request.
func (p *probe) dial(method, target string, lines ...string) *wire {
	p.Helper()
	u, err := url.Parse(target)
	p.must(err)
	conn, err := net.Dial("tcp", u.Host)
	p.must(err)
	p.Cleanup(func() { _ = conn.Close() })
	w := &wire{p: p, conn: conn.(*net.TCPConn), reader: bufio.NewReader(conn)}
	w.ask(method, u, lines...)
	return w
}

// ask sends the head of another request on the same connection.
func (w *wire) ask(method string, u *url.URL, lines ...string) {
	w.p.Helper()
	w.asked = &http.Request{Method: method, URL: u}
	_, err := fmt.Fprintf(w.conn, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, u.RequestURI(), u.Host)
	w.p.must(err)
	w.p.must(w.p.header(lines).Write(w.conn))
	w.write("\r\n")
}

func (w *wire) write(text string) {
	w.p.Helper()
	_, err := io.WriteString(w.conn, text)
	w.p.must(err)
}

// next reads one answer, 1xx ones included.
func (w *wire) next() reply {
	w.p.Helper()
	w.p.must(w.conn.SetReadDeadline(time.Now().Add(20 * time.Second)))
	answer, err := http.ReadResponse(w.reader, w.asked)
	w.p.must(err)
	defer answer.Body.Close()
	if answer.StatusCode < 200 {
		return reply{answer, w.p, w.asked.Method, ""}
	}
	return w.p.receive(w.asked, answer)
}

// answer reads the final answer.
func (w *wire) answer() reply {
	w.p.Helper()
	answer := w.next()
	for answer.StatusCode < 200 {
		answer = w.next()
	}
	return answer
}

// ended reads the status of the answer to a request that was stopped, 0 if the
// connection was cut instead.
func (w *wire) ended() int {
	w.p.Helper()
	w.p.must(w.conn.SetReadDeadline(time.Now().Add(20 * time.Second)))
	answer, err := http.ReadResponse(w.reader, w.asked)
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		w.p.Fatal("a request that was stopped is neither answered nor cut")
	}
	if err != nil {
		return 0
	}
	return w.p.receive(w.asked, answer).StatusCode
}

// cut breaks the connection as a failing network does: without a farewell.
func (w *wire) cut() {
	w.p.Helper()
	w.p.must(w.conn.SetLinger(0))
	w.p.must(w.conn.Close())
}

// half ends the sending side alone.
func (w *wire) half() {
	w.p.Helper()
	w.p.must(w.conn.CloseWrite())
}
