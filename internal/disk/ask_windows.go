package disk

import (
	"syscall"
	"unsafe"
)

// ask asks the volume of a folder. What this user may not have does not count
// as free.
func ask(folder string) (Space, error) {
	name, err := syscall.UTF16PtrFromString(folder)
	if err != nil {
		return Space{}, err
	}
	var free, whole uint64
	find := syscall.NewLazyDLL("kernel32.dll").NewProc("GetDiskFreeSpaceExW")
	ok, _, err := find.Call(uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&free)), uintptr(unsafe.Pointer(&whole)), 0)
	if ok == 0 {
		return Space{}, err
	}
	return Space{Free: int64(free), Whole: int64(whole)}, nil
}
