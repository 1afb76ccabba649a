// Package flight keeps a journal of the requests that are on their way, so
// that after a sudden death of the process it is known exactly which ones may
// have been sent.
//
// The journal is a file of fixed-size slots that is written without fsync: the
// page cache outlives a killed process. It does not outlive the machine, so
// the file names the boot that it belongs to and is not trusted after another.
package flight

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gonets"
)

const (
	// slotSize divides the page size, so that no slot crosses a page: a write
	// to the page cache is interrupted between pages only.
	slotSize = 2048
	// slotHead is checksum, length, attempt and the lengths of run and path.
	slotHead = 16
	// maxFile bounds what Open reads; a larger file is not ours.
	maxFile = 128 << 20

	magic   = "GNFLIGHT"
	version = 1
	// maxBoot bounds the boot id in the header.
	maxBoot = 128
)

// Journal is an open journal. All methods are safe for concurrent use.
type Journal struct {
	file  *os.File
	boot  string
	epoch int64

	mu   sync.Mutex
	free []int64
	next int64
	// stale are slots that the dead process left behind; they stay as they
	// are until Reset, so that a death during rescue loses nothing.
	stale  []int64
	closed bool

	incomplete atomic.Bool
	// buffers spares an allocation a request.
	buffers sync.Pool
	// zero is what clears a slot.
	zero [8]byte
}

// BootID identifies the running boot of the machine; empty where the system
// does not tell.
func BootID() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// Open opens or creates the journal at path and returns the requests that were
// on their way when the last process ended. When known is false the list says
// nothing, because the file is missing, damaged, incomplete or of another boot
// (or bootID is empty): then any request of the last process may have been
// sent. The list stays in the file until [Journal.Reset].
func Open(path string, bootID string) (j *Journal, left []gonets.InFlight, known bool, err error) {
	if len(bootID) > maxBoot {
		return nil, nil, false, fmt.Errorf("flight: boot id of %d bytes; at most %d", len(bootID), maxBoot)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, false, gonets.Errorf(gonets.CodeStoreFailed,
			"the journal of requests on their way cannot be opened; check that the data folder is writable: %w", err)
	}
	data, err := readAll(file)
	if err != nil {
		_ = file.Close()
		return nil, nil, false, gonets.Errorf(gonets.CodeStoreFailed,
			"the journal of requests on their way cannot be read; check the disk: %w", err)
	}
	j = &Journal{file: file, boot: bootID, next: max(1, int64(len(data)+slotSize-1)/slotSize)}
	for i := int64(1); i < j.next; i++ {
		j.stale = append(j.stale, i)
	}
	h, ok := decodeHeader(data)
	j.epoch = h.epoch
	known = ok && bootID != "" && h.boot == bootID && !h.incomplete
	if !known {
		return j, nil, false, nil
	}
	return j, decodeSlots(data), true, nil
}

func readAll(file *os.File) ([]byte, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		// Not a journal of ours: its content is of no use, its slots are.
		return nil, file.Truncate(0)
	}
	data := make([]byte, info.Size())
	n, err := file.ReadAt(data, 0)
	if n == len(data) {
		return data, nil
	}
	return nil, err
}

// Epoch is the node epoch of the process that wrote the journal last; after
// [Journal.Reset] it is the new one. It is 0 when unknown.
func (j *Journal) Epoch() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.epoch
}

// Reset forgets what the dead process left and begins the journal of this
// boot and node epoch. Call it when the rescue is committed.
func (j *Journal) Reset(epoch int64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return gonets.Errorf(gonets.CodeStopping, "the journal of requests on their way is closed")
	}
	// The slots go first: a death in between leaves the old header, and with
	// it the old answer.
	for _, slot := range j.stale {
		if err := j.clear(slot); err != nil {
			return resetFailed(err)
		}
	}
	j.free = append(j.free, j.stale...)
	j.stale = nil
	j.epoch = epoch
	h := header{boot: j.boot, epoch: epoch, incomplete: j.incomplete.Load()}
	if _, err := j.file.WriteAt(h.encode(), 0); err != nil {
		return resetFailed(err)
	}
	return nil
}

func resetFailed(err error) error {
	return gonets.Errorf(gonets.CodeStoreFailed,
		"the journal of requests on their way cannot be written; check that the disk has room: %w", err)
}

// Begin notes that a request is about to leave; call done once its result is
// committed (never earlier: a death in between would hide that it was sent).
// It never fails: when the note cannot be written, the journal marks itself
// incomplete, so that the next Open does not trust it. A path too long for a
// slot is cut.
func (j *Journal) Begin(f gonets.InFlight) (done func()) {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return func() {}
	}
	var slot int64
	if n := len(j.free); n > 0 {
		slot, j.free = j.free[n-1], j.free[:n-1]
	} else {
		slot = j.next
		j.next++
	}
	j.mu.Unlock()

	buf, ok := j.buffers.Get().(*[slotSize]byte)
	if !ok {
		buf = new([slotSize]byte)
	}
	n := encodeSlot(buf, f)
	if _, err := j.file.WriteAt(buf[:n], slot*slotSize); err != nil {
		j.spoil()
	}
	j.buffers.Put(buf)
	var once atomic.Bool
	return func() {
		if once.Swap(true) {
			return
		}
		j.end(slot)
	}
}

func (j *Journal) end(slot int64) {
	if err := j.clear(slot); err != nil {
		// The slot still says that the request is on its way; it is not used
		// again, and at worst one sent request is called unknown.
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.free = append(j.free, slot)
}

func (j *Journal) clear(slot int64) error {
	_, err := j.file.WriteAt(j.zero[:], slot*slotSize)
	return err
}

// spoil marks the journal as incomplete. The header's place is allocated
// already, so this works on a full disk too.
func (j *Journal) spoil() {
	j.incomplete.Store(true)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return
	}
	h := header{boot: j.boot, epoch: j.epoch, incomplete: true}
	if _, err := j.file.WriteAt(h.encode(), 0); err != nil {
		// Truncating needs no room at all and makes the file unreadable.
		_ = j.file.Truncate(0)
	}
}

// Close closes the file. Requests that are still on their way stay noted.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	j.closed = true
	return j.file.Close()
}

type header struct {
	boot       string
	epoch      int64
	incomplete bool
}

// headerFixed is magic, checksum, version, flag, epoch and the boot id's length.
const headerFixed = len(magic) + 4 + 1 + 1 + 8 + 1

func (h header) encode() []byte {
	b := make([]byte, headerFixed+len(h.boot))
	copy(b, magic)
	b[12] = version
	if h.incomplete {
		b[13] = 1
	}
	binary.LittleEndian.PutUint64(b[14:], uint64(h.epoch))
	b[22] = byte(len(h.boot))
	copy(b[headerFixed:], h.boot)
	binary.LittleEndian.PutUint32(b[8:], checksum(b[12:]))
	return b
}

func decodeHeader(data []byte) (header, bool) {
	if len(data) < headerFixed || !bytes.HasPrefix(data, []byte(magic)) || data[12] != version {
		return header{}, false
	}
	end := headerFixed + int(data[22])
	if end > len(data) || binary.LittleEndian.Uint32(data[8:]) != checksum(data[12:end]) {
		return header{}, false
	}
	return header{
		boot:       string(data[headerFixed:end]),
		epoch:      int64(binary.LittleEndian.Uint64(data[14:])),
		incomplete: data[13] != 0,
	}, true
}

func encodeSlot(b *[slotSize]byte, f gonets.InFlight) int {
	run := f.RunID[:min(len(f.RunID), slotSize-slotHead)]
	path := f.Path[:min(len(f.Path), slotSize-slotHead-len(run))]
	n := slotHead + len(run) + len(path)
	binary.LittleEndian.PutUint32(b[4:], uint32(n))
	binary.LittleEndian.PutUint32(b[8:], uint32(f.Attempt))
	binary.LittleEndian.PutUint16(b[12:], uint16(len(run)))
	binary.LittleEndian.PutUint16(b[14:], uint16(len(path)))
	copy(b[slotHead:], run)
	copy(b[slotHead+len(run):], path)
	binary.LittleEndian.PutUint32(b[0:], checksum(b[4:n]))
	return n
}

// decodeSlots reads every whole slot in order of its content, so that the
// answer does not depend on which slots were free.
func decodeSlots(data []byte) []gonets.InFlight {
	var left []gonets.InFlight
	for at := slotSize; at < len(data); at += slotSize {
		if f, ok := decodeSlot(data[at:min(at+slotSize, len(data))]); ok {
			left = append(left, f)
		}
	}
	slices.SortFunc(left, func(a, b gonets.InFlight) int {
		if c := strings.Compare(a.RunID, b.RunID); c != 0 {
			return c
		}
		return a.Attempt - b.Attempt
	})
	return left
}

func decodeSlot(b []byte) (gonets.InFlight, bool) {
	if len(b) < slotHead {
		return gonets.InFlight{}, false
	}
	n := int(binary.LittleEndian.Uint32(b[4:]))
	run := int(binary.LittleEndian.Uint16(b[12:]))
	path := int(binary.LittleEndian.Uint16(b[14:]))
	if n > len(b) || n != slotHead+run+path || binary.LittleEndian.Uint32(b) != checksum(b[4:n]) {
		return gonets.InFlight{}, false
	}
	return gonets.InFlight{
		RunID:   string(b[slotHead : slotHead+run]),
		Attempt: int(binary.LittleEndian.Uint32(b[8:])),
		Path:    string(b[slotHead+run : n]),
	}, true
}

func checksum(b []byte) uint32 { return crc32.ChecksumIEEE(b) }
