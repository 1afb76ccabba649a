package compress

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"math/bits"
	"sync"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/huff0"
	"github.com/klauspost/compress/zstd"
)

// dictionary tells both sides beforehand which letters requests and replies
// consist of, and some of their words. It is a zstd dictionary: with it a small
// text needs no table of its own, neither made nor stored. What is stored can
// be read with it alone, so it never changes; another one would get another id.
// It was made by zstd.BuildDict of made-up requests, replies and their headers.
//
//go:embed dictionary.zstd
var dictionary []byte

// What is packed with the dictionary is this long; a longer text has room for a
// table that fits it better.
const (
	smallFrom = 64
	smallTo   = 32 << 10
)

// known is the dictionary as the packer of small texts needs it.
type known struct {
	id      byte
	content []byte
	// last is the offset that counts as repeated at the beginning.
	last int
	// at is where in content a text of this hash begins.
	at [hashSize]uint16
	// tables are those of sequences.
	tables *tables
}

// learned reads the dictionary once.
var learned = sync.OnceValue(func() *known {
	d, err := zstd.InspectDictionary(dictionary)
	if err != nil {
		panic("the dictionary of small texts is damaged: " + err.Error())
	}
	k := &known{id: byte(d.ID()), content: d.Content(), last: d.Offsets()[0], tables: newTables()} //nolint:gosec // a test proves that it is one byte
	for i := 0; i+8 <= len(k.content); i++ {
		k.at[hash(binary.LittleEndian.Uint64(k.content[i:]))] = uint16(i) //nolint:gosec // as above
	}
	return k
})

const (
	hashBits = 12
	hashSize = 1 << hashBits
)

// hash is that of the first five bytes.
func hash(v uint64) uint64 { return v << 24 * 889523592379 >> (64 - hashBits) }

// small packs small texts into zstd frames of one block. It is not safe for
// concurrent use.
type small struct {
	*known
	// letters packs with the usual table, which is the dictionary's.
	letters, usual *huff0.Scratch
	// text is the dictionary's content and the text behind it.
	text []byte
	// seen is where in text something of a hash was seen last.
	seen [hashSize]uint16

	literals  []byte
	sequences []sequence
	out       []byte
}

var smalls = sync.Pool{New: func() any {
	k := learned()
	// Behind its mark and its id a dictionary begins with the table of letters.
	usual, _, err := huff0.ReadTable(dictionary[8:], nil)
	if err != nil {
		panic("the dictionary of small texts is damaged: " + err.Error())
	}
	letters := &huff0.Scratch{}
	letters.TransferCTable(usual)
	return &small{known: k, letters: letters, usual: usual, text: append([]byte(nil), k.content...)}
}}

// packSmall is b as a frame of its own memory; nil when it is no text that the
// dictionary is good for.
func packSmall(b []byte) []byte {
	if len(b) < smallFrom || len(b) > smallTo {
		return nil
	}
	s := smalls.Get().(*small)
	defer smalls.Put(s)
	if !s.pack(b) {
		return nil
	}
	return bytes.Clone(s.out)
}

// The parts of a frame (RFC 8878 §3.1.1).
const (
	frameMagic = 0xFD2FB528
	// singleSegment, with a checksum and a dictionary's id of one byte.
	frameFlags     = 1<<5 | 1<<2 | 1
	twoByteSize    = 1 << 6
	lastCompressed = 1 | 2<<1
)

// pack makes the frame in s.out; false when it would not be small.
func (s *small) pack(b []byte) bool {
	s.split(b)
	out := binary.LittleEndian.AppendUint32(s.out[:0], frameMagic)
	if n := len(b); n < 256 {
		out = append(out, frameFlags, s.id, byte(n))
	} else {
		out = binary.LittleEndian.AppendUint16(append(out, frameFlags|twoByteSize, s.id), uint16(n-256)) //nolint:gosec // smallTo is less
	}
	block := len(out)
	out = append(out, 0, 0, 0)
	out, ok := s.appendLiterals(out)
	if !ok {
		return false
	}
	out = s.tables.appendSequences(out, s.sequences)
	size := len(out) - block - 3
	if size*4 > len(b)*3 {
		return false
	}
	head := lastCompressed | size<<3
	out[block], out[block+1], out[block+2] = byte(head), byte(head>>8), byte(head>>16) //nolint:gosec // the bytes of it
	s.out = binary.LittleEndian.AppendUint32(out, uint32(xxhash.Sum64(b)))             //nolint:gosec // as the format says
	return true
}

// leastMatch is from which length on a repeated text costs less than its letters.
const leastMatch = 5

// quickening is after how many letters that were not there before, as a power
// of 2, each step becomes longer by one.
const quickening = 7

// split tells letters from what was there before, in the text or the dictionary.
func (s *small) split(b []byte) {
	start := len(s.content)
	s.text = append(s.text[:start], b...)
	text, end := s.text, start+len(b)
	s.seen = s.at
	seen := &s.seen
	s.literals, s.sequences = s.literals[:0], s.sequences[:0]
	from, last := start, s.last
	for i := start; i+8 <= end; {
		v := binary.LittleEndian.Uint64(text[i:])
		h := hash(v)
		at := int(seen[h])
		seen[h] = uint16(i)                                     //nolint:gosec // the dictionary and a text are small
		if binary.LittleEndian.Uint32(text[at:]) != uint32(v) { //nolint:gosec // its first half
			i += 1 + (i-from)>>quickening
			continue
		}
		length := 4 + common(text[at+4:], text[i+4:])
		for i > from && at > 0 && text[i-1] == text[at-1] {
			i, at, length = i-1, at-1, length+1
		}
		if length < leastMatch {
			i += 1 + (i-from)>>quickening
			continue
		}
		offset := i - at
		q := sequence{literals: i - from, match: length, offset: offset + 3}
		if offset == last && i > from {
			q.offset = 1
		}
		last = offset
		s.literals = append(s.literals, text[from:i]...)
		s.sequences = append(s.sequences, q)
		i += length
		from = i
		if near := i - 3; near+8 <= end {
			seen[hash(binary.LittleEndian.Uint64(text[near:]))] = uint16(near) //nolint:gosec // as above
		}
	}
	s.literals = append(s.literals, text[from:end]...)
}

// common is how many of the first bytes of a and of b, the shorter one, are the same.
func common(a, b []byte) int {
	n := 0
	for ; n+8 <= len(b); n += 8 {
		if d := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); d != 0 {
			return n + bits.TrailingZeros64(d)>>3
		}
	}
	for n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Literals are coded in one stream up to this length, in four above it. A text
// with so many may have a table of its own: to make one takes as long as to pack
// 1 KiB.
const oneStream = 1 << 10

// appendLiterals writes the letters with the dictionary's table or with one of
// their own, whichever is shorter (RFC 8878 §3.1.1.3.1), few or foreign ones as
// they are.
func (s *small) appendLiterals(out []byte) ([]byte, bool) {
	const ownTable, usualTable = 2, 3
	n := len(s.literals)
	if n < 32 {
		return append(append(out, byte(n<<3)), s.literals...), true
	}
	compress, format, width := huff0.Compress1X, 0, 10
	s.letters.Reuse = huff0.ReusePolicyMust
	if n >= oneStream {
		compress, format, width = huff0.Compress4X, 2, 14
		s.letters.Reuse = huff0.ReusePolicyAllow
	}
	if n >= 1<<14 {
		format, width = 3, 18
	}
	packed, usual, err := compress(s.literals, s.letters)
	if err != nil {
		return out, false
	}
	table := usualTable
	if !usual {
		table = ownTable
		s.letters.TransferCTable(s.usual) // the next text is another one
	}
	head := uint64(table | format<<2 | n<<4 | len(packed)<<(4+width)) //nolint:gosec // positive
	for range (4 + 2*width + 7) / 8 {
		out = append(out, byte(head)) //nolint:gosec // its lowest byte
		head >>= 8
	}
	return append(out, packed...), true
}
