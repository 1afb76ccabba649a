package compress

import (
	"encoding/binary"
	"math/bits"
)

// sequence is so many letters and then a text that was there before. Offset 1
// is the one of the sequence before, others are 3 more than the distance.
type sequence struct{ literals, match, offset int }

// predefined is a table of RFC 8878 §3.1.1.3.2.2 with which codes are written.
type predefined struct {
	log    int
	states []uint16
	codes  []transition
}

// transition tells how many bits a code takes and which state follows it.
type transition struct{ bits, next int32 }

// state is how far a table's stream has come.
type state struct {
	*predefined
	value uint32
}

// newPredefined spreads the codes over the states as a decoder does.
func newPredefined(log int, shares ...int) *predefined {
	size := 1 << log
	p := &predefined{log: log, states: make([]uint16, size), codes: make([]transition, len(shares))}
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
		p.codes[code] = transition{most<<16 - share<<most, total - share}
		total += share
	}
	for i, code := range spread {
		p.states[first[code]] = uint16(size + i) //nolint:gosec // as above
		first[code]++
	}
	return p
}

// start is the state from which the last code of all is read.
func (p *predefined) start(code int) state {
	t := p.codes[code]
	n := (t.bits + 1<<15) >> 16
	return state{p, uint32(p.states[(n<<16-t.bits)>>n+t.next])} //nolint:gosec // a state is positive
}

// add writes a code: what is left of the state before it.
func (s *state) add(b *backward, code int) {
	t := s.codes[code]
	n := (int32(s.value) + t.bits) >> 16 //nolint:gosec // a state is small
	b.add(uint64(s.value), int(n))
	s.value = uint32(s.states[int32(s.value)>>n+t.next]) //nolint:gosec // as above
}

// backward is a stream of bits that is read from its end.
type backward struct {
	out  []byte
	bits uint64
	n    int
}

// add takes the lowest n bits, up to 24.
func (b *backward) add(v uint64, n int) {
	b.bits |= v & (1<<n - 1) << b.n
	if b.n += n; b.n >= 32 {
		b.out = binary.LittleEndian.AppendUint32(b.out, uint32(b.bits)) //nolint:gosec // its lowest bytes
		b.bits >>= 32
		b.n -= 32
	}
}

// close marks where the bits begin.
func (b *backward) close() []byte {
	b.add(1, 1)
	for ; b.n > 0; b.n -= 8 {
		b.out = append(b.out, byte(b.bits)) //nolint:gosec // as above
		b.bits >>= 8
	}
	return b.out
}

// ranged are the codes of lengths: those below are codes themselves.
type ranged struct {
	below int
	// from is the first length of each code above, extra its further bits.
	from  []int
	extra []int
}

// code is that of a length, with what is written behind it.
func (r *ranged) code(n int) (code, rest, extra int) {
	if n < r.below {
		return n, 0, 0
	}
	i := len(r.from) - 1
	for r.from[i] > n {
		i--
	}
	return r.below + i, n - r.from[i], r.extra[i]
}

// tables are those that every frame of zstd may use.
type tables struct {
	literals, match, offset *predefined
	literalsOf, matchOf     ranged
}

func newTables() *tables {
	return &tables{
		literals: newPredefined(6, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1,
			-1, -1, -1, -1),
		match: newPredefined(6, 1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
			1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1),
		offset: newPredefined(5, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1),
		literalsOf: ranged{16,
			[]int{16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768},
			[]int{1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
		// Lengths of matches are counted from 3 on.
		matchOf: ranged{32,
			[]int{32, 34, 36, 38, 40, 44, 48, 56, 64, 80, 96, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768},
			[]int{1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
	}
}

// appendSequences writes what comes behind the letters (RFC 8878 §3.1.1.3.2).
func (t *tables) appendSequences(out []byte, qs []sequence) []byte {
	n := len(qs)
	if n == 0 {
		return append(out, 0)
	}
	if n < 128 {
		out = append(out, byte(n))
	} else { // a small text has fewer than 0x7F00 of them
		out = append(out, byte(n>>8+128), byte(n)) //nolint:gosec // as above
	}
	b := backward{out: append(out, 0)} // 0: all tables are predefined
	var literals, match, offset state
	for i := n - 1; i >= 0; i-- {
		q := &qs[i]
		l, lRest, lExtra := t.literalsOf.code(q.literals)
		m, mRest, mExtra := t.matchOf.code(q.match - 3)
		o := bits.Len(uint(q.offset)) - 1 //nolint:gosec // positive
		if i == n-1 {
			literals, match, offset = t.literals.start(l), t.match.start(m), t.offset.start(o)
		} else {
			offset.add(&b, o)
			match.add(&b, m)
			literals.add(&b, l)
		}
		b.add(uint64(lRest), lExtra) //nolint:gosec // positive
		b.add(uint64(mRest), mExtra) //nolint:gosec // positive
		b.add(uint64(q.offset), o)   //nolint:gosec // positive
	}
	b.add(uint64(match.value), match.log)
	b.add(uint64(offset.value), offset.log)
	b.add(uint64(literals.value), literals.log)
	return b.close()
}
