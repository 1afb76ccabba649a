//go:build linux || darwin || freebsd

package disk

import "syscall"

// ask asks the file system of a folder. What only the system's owner may use
// does not count as free.
func ask(folder string) (Space, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return Space{}, err
	}
	size := int64(s.Bsize)                                                         //nolint:unconvert,nolintlint // its type is another one on each system
	return Space{Free: int64(s.Bavail) * size, Whole: int64(s.Blocks) * size}, nil //nolint:gosec,unconvert,nolintlint // no disk is that large
}
