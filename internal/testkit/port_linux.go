package testkit

import "syscall"

// hold binds a socket to a free port. It never listens, so that others may listen there
// who allow it, as Go's listeners and PostgreSQL's do.
func hold() (port int, free func(), err error) {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, err
	}
	free = func() { _ = syscall.Close(socket) }
	if err = syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err == nil {
		err = syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	var bound syscall.Sockaddr
	if err == nil {
		bound, err = syscall.Getsockname(socket)
	}
	if err != nil {
		free()
		return 0, nil, err
	}
	return bound.(*syscall.SockaddrInet4).Port, free, nil //nolint:forcetypeassert // it was bound to such an address
}
