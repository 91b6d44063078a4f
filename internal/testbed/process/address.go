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

// reserved has a UDP socket of each address that [FreeAddress] has returned. Nothing is
// sent to them: while they are open, no other process is given the address.
var reserved struct {
	sync.Mutex
	sockets []net.PacketConn
}

// FreeAddress returns an address of the loopback interface, as host:port, where nothing
// listens on TCP. No process that calls it gets the same address before this one ends.
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
		reserved.sockets = append(reserved.sockets, socket)
		reserved.Unlock()
		return address, l.Close()
	}
	return "", errors.New("there is no free port")
}
