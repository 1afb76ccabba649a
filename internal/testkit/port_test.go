package testkit

import (
	"errors"
	"net"
	"runtime"
	"syscall"
	"testing"
)

// TestAPortThatIsHeldIsNobodyElses: whoever takes any port, to listen or to dial from,
// never gets it, before somebody has listened there and after.
func TestAPortThatIsHeldIsNobodyElses(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("a port cannot be held here")
	}
	p, err := HoldPort()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	// only lets the system choose among this one port, where it is to choose any.
	only := func(_, _ string, c syscall.RawConn) (err error) {
		failed := c.Control(func(fd uintptr) {
			const rangeOfPorts = 51 // IP_LOCAL_PORT_RANGE, since Linux 6.3
			err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, rangeOfPorts, p.N<<16|p.N)
		})
		if errors.Is(err, syscall.ENOPROTOOPT) {
			t.Skip("this system chooses of all ports")
		}
		return errors.Join(err, failed)
	}
	service, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	for range 2 {
		l, err := (&net.ListenConfig{Control: only}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err == nil {
			t.Error("somebody else listens there")
			l.Close()
		}
		c, err := (&net.Dialer{Control: only}).DialContext(t.Context(), "tcp", service.Addr().String())
		if err == nil {
			t.Errorf("somebody else dials from %s", c.LocalAddr())
			c.Close()
		}
		if c, err := net.Dial("tcp", p.Address()); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("somebody listens there: %v (%v)", c, err)
		}
		if l, err = net.Listen("tcp", p.Address()); err != nil {
			t.Fatalf("its holder cannot listen there: %v", err)
		}
		c, err = net.Dial("tcp", p.Address())
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		l.Close()
	}
}
