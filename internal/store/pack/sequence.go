package pack

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Sequence makes the ids of runs: UUIDv7 (RFC 9562 §6.2, method 1) that grow
// strictly, also within a millisecond and when the clock goes back, because
// the order of ids is the order in which runs of one order key go. Only the
// committer uses it.
type Sequence struct {
	ms      int64
	counter uint16
}

// StartAfter continues behind the newest id that is stored.
func (q *Sequence) StartAfter(id string) {
	if ms, ok := Time(id); ok {
		q.ms, q.counter = ms, 1<<12
	}
}

// Next makes an id and tells the time that it begins with, which is now unless
// the clock went back.
func (q *Sequence) Next(now time.Time) (string, time.Time) {
	if ms := now.UnixMilli(); ms > q.ms {
		q.ms, q.counter = ms, 0
	} else if q.counter++; q.counter >= 1<<12 {
		q.ms, q.counter = q.ms+1, 0
	}
	var b [16]byte
	rand.Read(b[8:])
	binary.BigEndian.PutUint64(b[:8], uint64(q.ms)<<16|0x7000|uint64(q.counter))
	b[8] = b[8]&0x3f | 0x80
	return formatID(b), time.UnixMilli(q.ms).UTC()
}

func formatID(b [16]byte) string {
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:], b[10:])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// Time is the millisecond that a UUIDv7 begins with.
func Time(id string) (ms int64, ok bool) {
	if len(id) != 36 {
		return 0, false
	}
	ms, err := strconv.ParseInt(strings.ReplaceAll(id[:13], "-", ""), 16, 64)
	return ms, err == nil
}

// From sorts before every id of that moment and later.
func From(t time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(max(t.UnixMilli(), 0))<<16)
	return formatID(b)
}
