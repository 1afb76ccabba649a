package compress

import (
	"encoding/binary"
	"math/bits"
)

// sequence is so many letters and then a text that was there before. Offset 1
// is the one of the sequence before, others are 3 more than the distance. A small
// text has no greater numbers.
type sequence struct{ literals, match, offset uint16 }

// backward is a stream of bits that is read from its end: how far it was written,
// and up to 64 bits behind that. It is a value, so that a processor can keep it
// in registers.
type backward struct {
	bits uint64
	n    uint
	at   int
}

// add takes a number of n bits. Between two flushes there is room for 57 of them.
func (b backward) add(v uint64, n uint) backward {
	b.bits |= v << (b.n & 63)
	b.n += n
	return b
}

// flush writes whole bytes; out has room for 8.
func (b backward) flush(out []byte) backward {
	binary.LittleEndian.PutUint64(out[b.at:], b.bits)
	b.at += int(b.n >> 3) //nolint:gosec // at most 8
	b.bits >>= b.n & 56
	b.n &= 7
	return b
}

// close marks where the bits begin and tells where they end.
func (b backward) close(out []byte) int {
	b = b.add(1, 1).flush(out)
	if b.n > 0 {
		b.at++
	}
	return b.at
}

// states is such a table with which numbers are written.
type states struct {
	log uint
	// next is the state that follows.
	next  [maxStates]uint16
	codes [maxCodes]transition
}

const (
	maxStates = 1 << 7
	maxCodes  = 1 << 6
)

// transition tells how many bits a code takes and which state follows it.
type transition struct{ bits, next uint32 }

// newStates spreads the codes over the states as a decoder does.
func newStates(log int, shares ...int) states {
	size := 1 << log
	s := states{log: uint(log)}
	first := make([]int, len(shares)+1)
	spread := make([]int, size)
	high := size - 1
	for code, share := range shares {
		if share < 0 { // less than one state, which is one of the last
			spread[high] = code
			high--
			share = 1
		}
		first[code+1] = first[code] + share
	}
	at := 0
	for code, share := range shares {
		for range max(share, 0) {
			spread[at] = code
			for at = (at + size>>1 + size>>3 + 3) & (size - 1); at > high; {
				at = (at + size>>1 + size>>3 + 3) & (size - 1)
			}
		}
	}
	total := int32(0)
	for code, share := range shares {
		share := int32(max(share, -share)) //nolint:gosec // a table is small
		most := int32(log)                 //nolint:gosec // as above
		if share > 1 {
			most -= int32(bits.Len32(uint32(share-1)) - 1) //nolint:gosec // as above
		}
		s.codes[code] = transition{uint32(most<<16 - share<<most), uint32(total - share)} //nolint:gosec // as above
		total += share
	}
	for i, code := range spread {
		s.next[first[code]] = uint16(size + i) //nolint:gosec // as above
		first[code]++
	}
	return s
}

// start is the state from which the last code of all is read.
func (s *states) start(code uint) uint32 {
	t := s.codes[code&(maxCodes-1)]
	n := (t.bits + 1<<15) >> 16
	return uint32(s.next[((n<<16-t.bits)>>n+t.next)&(maxStates-1)])
}

// add writes a code: what is left of the state before it.
func (s *states) add(b backward, state uint32, code uint) (backward, uint32) {
	t := s.codes[code&(maxCodes-1)]
	n := (state + t.bits) >> 16 & 31
	return b.add(uint64(state&(1<<n-1)), uint(n)), uint32(s.next[(state>>n+t.next)&(maxStates-1)])
}

// end writes the state from which reading begins.
func (s *states) end(b backward, state uint32) backward {
	return b.add(uint64(state&(1<<s.log-1)), s.log)
}

// lengths are the codes of lengths. Long ones have a code for each power of 2.
type lengths struct {
	// short are the codes of lengths less than long.
	short [maxShort]uint8
	long  uint16
	// above is how much greater than its number of bits a long length's code is.
	above uint
	// extra is how many bits of a length its code does not tell.
	extra [maxCodes]uint8
}

const maxShort = 1 << 7

// newLengths is told how many bits each code leaves out, first of all that so many
// codes leave out none.
func newLengths(exact int, long uint16, extra ...uint8) lengths {
	l := lengths{long: long}
	copy(l.extra[exact:], extra)
	n, code := 0, 0
	for ; n < int(long); code++ {
		for range 1 << l.extra[code] {
			l.short[n] = uint8(code) //nolint:gosec // a code is small
			n++
		}
	}
	l.above = uint(code - bits.Len16(long)) //nolint:gosec // positive
	return l
}

func (l *lengths) code(n uint16) uint {
	if n < l.long {
		return uint(l.short[n&(maxShort-1)])
	}
	return uint(bits.Len16(n)) + l.above //nolint:gosec // positive
}

// addRest writes what the code of n does not tell.
func (l *lengths) addRest(b backward, n uint16, code uint) backward {
	extra := uint(l.extra[code&(maxCodes-1)])
	return b.add(uint64(n)&(1<<extra-1), extra)
}

// tables are those of a sequence's three numbers.
type tables struct {
	literals, match, offset      states
	literalLengths, matchLengths lengths
	// modes tells a reader which ones they are.
	modes byte
}

// Which tables are the dictionary's; others are those that every frame may use.
const (
	learnedLiterals = 1 << iota
	learnedMatch
	learnedOffset
	mixtures
)

// The dictionary's tables have codes for lengths and offsets below these.
const (
	learnedLiteralsTo = 512
	learnedMatchTo    = 64
	learnedOffsetTo   = 1 << 14
)

// newTables makes every mixture of both kinds.
func newTables() *[mixtures]tables {
	const learned = 3
	var all [mixtures]tables
	for kinds := range all {
		t := &all[kinds]
		t.literalLengths = newLengths(16, 64, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
		t.matchLengths = newLengths(32, 128, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15)
		t.literals = newStates(6, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1,
			-1, -1, -1, -1)
		t.match = newStates(6, 1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
			1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1)
		t.offset = newStates(5, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1)
		if kinds&learnedLiterals > 0 {
			t.modes |= learned << 6
			t.literals = newStates(6, 18, 7, 3, 3, 2, 4, 3, 2, 2, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2, -1, -1, -1, -1, -1)
		}
		if kinds&learnedOffset > 0 {
			t.modes |= learned << 4
			t.offset = newStates(6, 1, -1, -1, -1, 2, 2, 3, 4, 7, 10, 13, 14, 4, -1)
		}
		if kinds&learnedMatch > 0 {
			t.modes |= learned << 2
			t.match = newStates(7, 0, 19, 15, 10, 8, 8, 8, 7, 6, 6, 5, 3, 3, 3, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
				-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)
		}
	}
	return &all
}

// mixture chooses the dictionary's tables where they have a code for every number.
func mixture(qs []sequence) int {
	// No number has more bits than all of them together.
	var all sequence
	for _, q := range qs {
		all.literals |= q.literals
		all.match |= q.match
		all.offset |= q.offset
	}
	kinds := 0
	if all.literals < learnedLiteralsTo {
		kinds |= learnedLiterals
	}
	if all.match < learnedMatchTo {
		kinds |= learnedMatch
	}
	if all.offset < learnedOffsetTo {
		kinds |= learnedOffset
	}
	return kinds
}

// writeSequences writes what comes behind the letters (RFC 8878 §3.1.1.3.2) into
// out from at on and tells where it ends.
func (k *known) writeSequences(out []byte, at int, qs []sequence) int {
	n := len(qs)
	if n < 128 {
		out[at] = byte(n)
		at++
	} else { // a small text has fewer than 0x7F00 of them
		out[at], out[at+1] = byte(n>>8+128), byte(n) //nolint:gosec // as above
		at += 2
	}
	if n == 0 {
		return at
	}
	t := &k.tables[mixture(qs)]
	out[at] = t.modes
	b := backward{at: at + 1}
	var literals, match, offset uint32
	for i := n - 1; i >= 0; i-- {
		// Lengths of matches are counted from 3 on.
		q := &qs[i]
		literalsCode, matchCode := t.literalLengths.code(q.literals), t.matchLengths.code(q.match-3)
		offsetCode := uint(bits.Len16(q.offset) - 1) //nolint:gosec // positive
		if i == n-1 {
			literals, match, offset = t.literals.start(literalsCode), t.match.start(matchCode), t.offset.start(offsetCode)
		} else {
			b, offset = t.offset.add(b, offset, offsetCode)
			b, match = t.match.add(b, match, matchCode)
			b, literals = t.literals.add(b, literals, literalsCode)
		}
		b = t.literalLengths.addRest(b, q.literals, literalsCode)
		b = t.matchLengths.addRest(b, q.match-3, matchCode).flush(out)
		b = b.add(uint64(q.offset)&(1<<offsetCode-1), offsetCode).flush(out)
	}
	b = t.match.end(b, match)
	b = t.offset.end(b, offset)
	b = t.literals.end(b, literals)
	return b.flush(out).close(out)
}
