package main

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are taken from below the range that systems give outgoing connections: a
// program that is started again must find its port as it left it.
const (
	lowestPort = 20000
	ports      = 12000
)

// freeAddress is one of this machine's where nobody listens.
func freeAddress() (string, error) {
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
