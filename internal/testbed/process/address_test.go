package process

import (
	"net"
	"testing"
)

// TestFreeAddress checks that an address is not handed out twice, and can be listened on.
func TestFreeAddress(t *testing.T) {
	given := make(map[string]bool)
	for range 400 {
		address, err := FreeAddress()
		if err != nil {
			t.Fatal(err)
		}
		if given[address] {
			t.Fatalf("%s was returned twice", address)
		}
		given[address] = true
	}
	for address := range given {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
	}
}
