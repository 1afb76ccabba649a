//go:build !linux

package testkit

import "net"

// hold finds a port that is free for now: elsewhere a port that is bound is nobody
// else's to listen on.
func hold() (port int, free func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	return l.Addr().(*net.TCPAddr).Port, func() {}, l.Close()
}
