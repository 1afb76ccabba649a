package child

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Listen listens on a loopback port. Port 0 chooses one below the range from
// which systems take the ports of outgoing connections: a caller that dials
// while the server is dead must not get the server's own port.
func Listen(port int) (net.Listener, error) {
	if port != 0 {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			return nil, fmt.Errorf("port %d, which was used before, is needed again: %w", port, err)
		}
		return l, nil
	}
	var last error
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(20_000+rand.IntN(10_000)))
		if err == nil {
			return l, nil
		}
		last = err
	}
	return nil, fmt.Errorf("no free port on 127.0.0.1: %w", last)
}

// FreePort finds a port on which a child can listen.
func FreePort() (int, error) {
	l, err := Listen(0)
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}
