package process

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are taken from below the range that systems use for outgoing connections, so
// that a program that is started again finds its port free.
const (
	lowestPort = 20000
	ports      = 12000
)

// FreeAddress returns an address of the loopback interface, as host:port, where
// nothing listens.
func FreeAddress() (string, error) {
	for range 200 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowestPort+rand.IntN(ports)))
		l, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		return address, l.Close()
	}
	return "", errors.New("there is no free port")
}
