package compress

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/fse"
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
	// usual is how letters are written.
	usual *letterCodes
	// tables are those of sequences.
	tables *[mixtures]tables
	logs   *logs
}

// learned reads the dictionary once.
var learned = sync.OnceValue(func() *known {
	d, err := zstd.InspectDictionary(dictionary)
	if err != nil {
		panic("the dictionary of small texts is damaged: " + err.Error())
	}
	// Behind its mark and its id a dictionary begins with the weights of letters.
	weights, err := fse.Decompress(dictionary[9:9+dictionary[8]], nil)
	if err != nil {
		panic("the dictionary of small texts is damaged: " + err.Error())
	}
	k := &known{id: byte(d.ID()), content: d.Content(), last: d.Offsets()[0], //nolint:gosec // a test proves that it is one byte
		usual: newLetterCodes(weights), tables: newTables(), logs: newLogs()}
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
	// text is the dictionary's content and the text behind it.
	text window
	// seen is where in text something of a hash was seen last.
	seen [hashSize]uint16
	// own makes tables of letters for texts that are better off with their own.
	own *huff0.Scratch

	literals  []byte
	sequences []sequence
	out       []byte
}

var smalls = sync.Pool{New: func() any {
	s := &small{known: learned(), own: &huff0.Scratch{Reuse: huff0.ReusePolicyNone}}
	copy(s.text[:], s.content)
	return s
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
	// A letter takes less than two bytes, a sequence less than eight for five of the text.
	s.out = slices.Grow(s.out[:0], 2*len(b)+64)
	out := binary.LittleEndian.AppendUint32(s.out, frameMagic)
	if n := len(b); n < 256 {
		out = append(out, frameFlags, s.id, byte(n))
	} else {
		out = binary.LittleEndian.AppendUint16(append(out, frameFlags|twoByteSize, s.id), uint16(n-256)) //nolint:gosec // smallTo is less
	}
	block := len(out)
	out = out[:cap(out)]
	at, ok := s.writeLiterals(out, block+3)
	if !ok {
		return false
	}
	at = s.writeSequences(out, at, s.sequences)
	size := at - block - 3
	if size*4 > len(b)*3 {
		return false
	}
	head := lastCompressed | size<<3
	out[block], out[block+1], out[block+2] = byte(head), byte(head>>8), byte(head>>16) //nolint:gosec // the bytes of it
	s.out = binary.LittleEndian.AppendUint32(out[:at], uint32(xxhash.Sum64(b)))        //nolint:gosec // as the format says
	return true
}

// leastMatch is from which length on a repeated text costs less than its letters.
const leastMatch = 5

// stride is after how many letters that were not there before each step becomes
// longer by one.
const stride = 96

// split tells letters from what was there before, in the text or the dictionary.
func (s *small) split(b []byte) {
	start := len(s.content)
	end := start + copy(s.text[start:], b)
	s.seen = s.at
	text, letters, sequences := &s.text, slices.Grow(s.literals[:0], len(b)+8), s.sequences[:0]
	letters = letters[:cap(letters)]
	n, last := 0, s.last
	from := start
	for {
		i, at := s.next(from, end)
		if i < 0 {
			break
		}
		length := leastMatch + text.common(at+leastMatch, i+leastMatch, end)
		for i > from && at > 0 && text[uint16(i-1)] == text[uint16(at-1)] { //nolint:gosec // the dictionary and a text are small
			i, at, length = i-1, at-1, length+1
		}
		offset := i - at
		q := sequence{uint16(i - from), uint16(length), uint16(offset + 3)} //nolint:gosec // as above
		if offset == last && i > from {
			q.offset = 1
		}
		last = offset
		n = text.copy(letters, n, from, i)
		sequences = append(sequences, q)
		from = i + length
		if near := from - 2; near+8 <= end {
			s.seen[hash(text.eight(near))] = uint16(near) //nolint:gosec // as above
		}
	}
	n = text.copy(letters, n, from, end)
	s.literals, s.sequences = letters[:n], sequences
}

// next is where behind from the first text begins that was there before, and where
// that was; negative when there is none.
func (s *small) next(from, end int) (i, at int) {
	text, seen := &s.text, &s.seen
	step, longer := 1, from+stride
	for i := from; i+8 <= end; i += step {
		v := text.eight(i)
		h := hash(v)
		at := seen[h]
		seen[h] = uint16(i)                   //nolint:gosec // the dictionary and a text are small
		if (text.eight(int(at))^v)<<24 == 0 { // leastMatch bytes are the same
			return i, int(at)
		}
		if i >= longer {
			step, longer = step+1, longer+stride
		}
	}
	return -1, 0
}

// window is as long as 16 bits can count, and a little: no place in it has to be
// checked.
type window [1<<16 + 8]byte

// eight are the bytes at a place.
func (w *window) eight(at int) uint64 {
	i := int(uint16(at)) //nolint:gosec // a place is small
	return binary.LittleEndian.Uint64(w[i : i+8])
}

// common is how many bytes at a and at b, but for those from end on, are the same.
func (w *window) common(a, b, end int) int {
	n := 0
	for ; b+n < end; n += 8 {
		if d := w.eight(a+n) ^ w.eight(b+n); d != 0 {
			n += bits.TrailingZeros64(d) >> 3
			break
		}
	}
	return max(min(n, end-b), 0)
}

// copy puts what is between two places into out at n and tells where it ends; out
// has room for 8 bytes more.
func (w *window) copy(out []byte, n, from, to int) int {
	for at := from; at < to; at += 8 {
		binary.LittleEndian.PutUint64(out[n+at-from:], w.eight(at))
	}
	return n + to - from
}

// Literals are coded in one stream up to this length, in four above it. A text
// with so many may have a table of its own at once: to make one takes as long as
// to pack 1 KiB.
const oneStream = 1 << 10

// writeLiterals writes the letters into out from at on, with the dictionary's table
// or with one of their own (RFC 8878 §3.1.1.3.1), few ones as they are. It tells
// where they end; false when they do not become less.
func (s *small) writeLiterals(out []byte, at int) (int, bool) {
	const ownTable, usualTable = 2, 3
	letters := s.literals
	n := len(letters)
	if n < 32 {
		out[at] = byte(n << 3)
		return at + 1 + copy(out[at+1:], letters), true
	}
	format, width := 0, 10
	if n >= oneStream {
		format, width = 2, 14
	}
	if n >= 1<<14 {
		format, width = 3, 18
	}
	start := at + (4+2*width)/8
	end, table, ok := start, usualTable, false
	if n < oneStream || !s.foreign() {
		end, ok = s.usual.write(out, start, letters)
	}
	if !ok || (end-start)*4 > n*3 { // the usual table does not fit them well
		compress := huff0.Compress1X
		if n >= oneStream {
			compress = huff0.Compress4X
		}
		if own, _, err := compress(letters, s.own); err == nil && (!ok || len(own) < end-start) {
			end, table, ok = start+copy(out[start:], own), ownTable, true
		}
	}
	if !ok || end-start >= n {
		return at, false
	}
	head := uint64(table | format<<2 | n<<4 | (end-start)<<(4+width)) //nolint:gosec // positive
	for ; at < start; at++ {
		out[at] = byte(head) //nolint:gosec // its lowest byte
		head >>= 8
	}
	return end, true
}

// A table of the letters' own has to make a sample of them shorter by so many bits,
// which are its part of the table, and by one part of so many.
const (
	sampled      = 3
	ownTableBits = 160
	worthATable  = 16
)

// foreign guesses from a sample whether the letters are better off with a table of
// their own.
func (s *small) foreign() bool {
	var count [256]uint32
	total := 0
	for i := 0; i < len(s.literals); i += sampled {
		count[s.literals[i]]++
		total++
	}
	usual, own := 0, total*s.logs.of(total)
	for letter, n := range &count {
		if n > 0 {
			usual += int(n) * int(s.usual[letter]&codeBits)
			own -= int(n) * s.logs.of(int(n))
		}
	}
	return own>>8+ownTableBits < usual-usual/worthATable
}

// logs are 256 times the logarithms of small numbers to the base of 2.
type logs [256]uint16

func newLogs() *logs {
	var l logs
	for n := 1; n < len(l); n++ {
		l[n] = uint16(math.Round(math.Log2(float64(n)) * 256))
	}
	return &l
}

// of is that of any number above 0, nearly.
func (l *logs) of(n int) int {
	rest := max(bits.Len(uint(n))-8, 0) //nolint:gosec // positive
	return int(l[n>>rest&255]) + rest<<8
}

// letterCodes are how letters are written: each one's code above its number of
// bits.
type letterCodes [256]uint16

const (
	codeBits = 1<<4 - 1
	// noCode marks letters that cannot be written.
	noCode = 1 << 15
)

// newLetterCodes makes the codes from the letters' weights, of which the last one
// follows from the others (RFC 8878 §4.2.1).
func newLetterCodes(weights []byte) *letterCodes {
	total := uint(0)
	for _, w := range weights {
		total += 1 << w >> 1
	}
	most := bits.Len(total)
	weights = append(weights, byte(bits.Len(1<<most-total))) //nolint:gosec // a weight is small
	var c letterCodes
	for letter := range c {
		c[letter] = noCode
	}
	code := 0
	for weight := 1; weight <= most; weight++ {
		for letter, w := range weights {
			if int(w) == weight {
				c[letter] = uint16(code<<4 | (most + 1 - weight)) //nolint:gosec // a code has at most 11 bits
				code++
			}
		}
		code >>= 1
	}
	return &c
}

// write writes letters into out from at on and tells where they end; false when one
// of them has no code.
func (c *letterCodes) write(out []byte, at int, letters []byte) (int, bool) {
	if len(letters) < oneStream {
		return c.stream(out, at, letters)
	}
	lengths, part := at, (len(letters)+3)/4
	at += 3 * 2
	for i := range 3 {
		end, ok := c.stream(out, at, letters[i*part:(i+1)*part])
		if !ok {
			return at, false
		}
		binary.LittleEndian.PutUint16(out[lengths+2*i:], uint16(end-at)) //nolint:gosec // smallTo is less
		at = end
	}
	return c.stream(out, at, letters[3*part:])
}

// stream writes one stream of letters, the last one first.
func (c *letterCodes) stream(out []byte, at int, letters []byte) (int, bool) {
	b, all := backward{at: at}, uint16(0)
	n := len(letters)
	for ; n&3 > 0; n-- {
		code := c[letters[n-1]]
		all |= code
		b = b.add(uint64(code>>4), uint(code&codeBits))
	}
	b = b.flush(out)
	for ; n >= 4; n -= 4 {
		four := letters[n-4 : n]
		c3, c2, c1, c0 := c[four[3]], c[four[2]], c[four[1]], c[four[0]]
		all |= c3 | c2 | c1 | c0
		n3, n1 := uint(c3&codeBits), uint(c1&codeBits)
		b = b.add(uint64(c3>>4)|uint64(c2>>4)<<n3, n3+uint(c2&codeBits)).
			add(uint64(c1>>4)|uint64(c0>>4)<<n1, n1+uint(c0&codeBits)).flush(out)
	}
	return b.close(out), all < noCode
}
