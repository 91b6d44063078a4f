package process

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Ports are taken from below the range that systems use for outgoing connections, so
// that a program that is started again finds its port free.
const (
	lowestPort = 20000
	ports      = 12000
)

// reserved holds the address of each port that this process has taken as a UDP socket,
// which no program here uses: it keeps the port from other tests, also of other
// processes, while the program that is to listen there is not running.
var reserved struct {
	sync.Mutex
	sockets []net.PacketConn // closed by the end of the process
}

// FreeAddress returns an address of the loopback interface, as host:port, where
// nothing listens. It returns none twice, and none that another process has got from
// it and that still runs.
func FreeAddress() (string, error) {
	for range 200 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowestPort+rand.IntN(ports)))
		socket, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			_ = socket.Close()
			continue
		}
		reserved.Lock()
		defer reserved.Unlock()
		reserved.sockets = append(reserved.sockets, socket)
		return address, l.Close()
	}
	return "", errors.New("there is no free port")
}
