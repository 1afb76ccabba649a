package testkit

import (
	"fmt"
	"net"
	"strconv"
)

// Port is a loopback port that is its holder's also while nobody listens there: whoever
// dials is refused then, and the system gives it to nobody else. One that is free for a
// moment may be another test's in the next.
type Port struct {
	N    int
	free func()
}

// HoldPort takes a port until Close.
func HoldPort() (Port, error) {
	n, free, err := hold()
	if err != nil {
		return Port{}, fmt.Errorf("no port can be held: %w", err)
	}
	return Port{n, free}, nil
}

// Address is the port's, with the host.
func (p Port) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.N)) }

// Close gives the port back; the zero value has none.
func (p Port) Close() {
	if p.free != nil {
		p.free()
	}
}
