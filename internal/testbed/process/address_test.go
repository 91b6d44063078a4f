package process

import (
	"net"
	"testing"
)

// TestFreeAddress checks that an address is free, and stays reserved.
func TestFreeAddress(t *testing.T) {
	address, err := FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if socket, err := net.ListenPacket("udp", address); err == nil {
		_ = socket.Close()
		t.Error("another process can be given the same address")
	}
}
